"""ONNX and Paddle models are served with the answers of the frameworks that wrote them."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from paishi.models.custom.card import Card
from paishi.models.custom.folder import find_custom
from paishi.models.errors import ConversionFailed, CustomModelRefused, ModelError
from paishi.recognition.resolve import resolve
from paishi.runtimes.conversion.convert import converted, find
from paishi.runtimes.conversion.graph_to_openvino import convert
from paishi.runtimes.openvino.class_activation import ClassActivation
from paishi.runtimes.openvino.head import find_head
from paishi.runtimes.openvino.imports import ov
from paishi.runtimes.openvino.model_file import is_independent
from paishi.runtimes.openvino.runtime import compiled, read_model, runner
from paishi.settings import Settings
from tests.server.models.graph_models import FIXTURES, answers, graph_folder, pictures

TOLERANCE = 1e-5
CARDS: dict[str, dict[str, Any]] = {
    "paddle_relu_head": {},
    "paddle_mul": {},
    "torch_logits": {},
    "torch_softmax": {},
    "torch_relu_head": {},
    "torch_any_size": {"input_size": 16},
    "torch_grey_sigmoid": {"scale": "0..1"},
    "torch_channels_last": {"scale": "0..1"},
}
WITH_RELU = ("paddle_relu_head", "torch_relu_head")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The converted models by the names of the fixtures."""
    found = {}
    for name, card in CARDS.items():
        labels = ["no", "yes"] if name == "torch_grey_sigmoid" else ["ant", "bee", "cat"]
        folder = graph_folder(tmp_path_factory.mktemp(name), name, labels, card)
        custom = find_custom(str(folder))
        found[name] = folder / "model.xml"
        convert(custom.file, custom.card, found[name])
    return found


def probabilities(xml: Path) -> NDArray[np.float32]:
    run = runner(compiled(read_model(xml), "fp32", threads=1, streams=1))
    return np.concatenate([run(picture[None]) for picture in pictures()])


@pytest.mark.parametrize("name", CARDS)
def test_answers_as_its_own_framework(name: str, served: dict[str, Path]) -> None:
    model = read_model(served[name])
    assert model.input(0).element_type == ov.Type.u8
    assert list(model.input(0).shape) == [1, 16, 16, 3]
    assert not is_independent(model)
    expected = answers(name)
    found = probabilities(served[name])
    assert np.abs(found - expected).max() < TOLERANCE
    assert np.ptp(expected, axis=0).max() > 0.1, "the pictures have different answers"


@pytest.mark.parametrize("name", CARDS)
def test_its_heat_map_is_exact(name: str, served: dict[str, Path]) -> None:
    """Means of the map are the logits, but for biases."""
    inside = ClassActivation(served[name])
    assert inside.is_exact
    logits = [inside.class_activation(inside.look(pictures()), index).mean(axis=(1, 2)) for index in (0, 1)]
    found = logits[1] - logits[0]
    if name == "torch_relu_head":  # each unit that is let through adds its own bias
        return
    expected = np.log(answers(name)[:, 1] / answers(name)[:, 0])
    scale = 2 if name == "torch_grey_sigmoid" else 1  # its two logits are those of one sigmoid
    assert found / scale - found[0] / scale == pytest.approx(expected - expected[0], abs=1e-3)


@pytest.mark.parametrize("name", [*WITH_RELU, "torch_logits"])
def test_its_heat_map_is_the_gradient(name: str, served: dict[str, Path]) -> None:
    """The contribution of a place is what the logit loses if that place, and with it the mean, becomes a bit
    smaller, for a logit that is linear around each picture."""
    model = read_model(served[name])
    head = find_head(model)
    assert (head.relu is not None) is (name in WITH_RELU)
    logit = model.output(0).get_node().input_value(0).get_node().input_value(0)
    maps = ov.opset13.parameter(list(head.feature_map.shape), np.float32)
    inside = ClassActivation(served[name])
    given = inside.look(pictures()).maps
    head.feature_map.replace(maps.output(0))
    above = compiled(ov.Model([logit], [maps]), "fp32", threads=1, streams=1).create_infer_request()
    exact = inside.class_activation(inside.look(pictures()), 2)
    step = 1e-2
    for picture, expected in zip(given, exact, strict=True):
        there = float(above.infer([picture.transpose(2, 0, 1)[None]])[0].ravel()[2])
        for row, column in ((0, 0), (3, 5), (7, 7)):
            less = picture.copy()
            less[row, column] *= 1 - step
            lost = there - float(above.infer([less.transpose(2, 0, 1)[None]])[0].ravel()[2])
            places = picture.shape[0] * picture.shape[1]
            assert lost / step * places == pytest.approx(expected[row, column], abs=2e-2, rel=1e-2)
    assert np.abs(exact).max() > 0.1


def test_units_that_the_relu_stops_take_no_part(served: dict[str, Path]) -> None:
    look = ClassActivation(served["paddle_relu_head"]).look(pictures())
    through = look.units > 0
    assert through.any()
    assert not through.all()
    assert len({tuple(row) for row in through.tolist()}) > 1, "each picture lets other units through"


@pytest.mark.parametrize("name", ["paddle_relu_head", "torch_logits"])
def test_features_are_the_mean_before_the_head(name: str, served: dict[str, Path]) -> None:
    inside = ClassActivation(served[name])
    features = inside.features(pictures())
    assert features.shape == (4, 6)
    assert features == pytest.approx(inside.look(pictures()).maps.mean(axis=(1, 2)), abs=1e-5)


def test_several_classes_may_be_independent(tmp_path: Path, served: dict[str, Path]) -> None:
    folder = graph_folder(tmp_path, "torch_logits", card={"independent": True})
    custom = find_custom(str(folder))
    convert(custom.file, custom.card, tmp_path / "model.xml")
    assert is_independent(read_model(tmp_path / "model.xml"))
    apart, together = probabilities(tmp_path / "model.xml"), probabilities(served["torch_logits"])
    odds = apart / (1 - apart)
    assert odds / odds.sum(axis=1, keepdims=True) == pytest.approx(together, abs=1e-4)


@pytest.mark.parametrize(
    "card",
    [
        {"preprocessing": "caffe"},
        {"preprocessing": "tf"},
        {"preprocessing": "lite"},
        {"preprocessing": "none", "output": "logits"},
        {"scale": "-1..1", "channels": "bgr", "mean": [0.1, 0.2, 0.3], "std": [0.5]},
    ],
    ids=lambda card: next(iter(card.values())),
)
def test_the_card_decides_on_the_preprocessing(card: dict[str, Any], tmp_path: Path) -> None:
    """What stands in front of the model equals the convention, counted with NumPy in double precision."""
    convert(FIXTURES / "torch_logits" / "model.onnx", Card.model_validate(card), tmp_path / "model.xml")
    model = read_model(tmp_path / "model.xml")
    [first] = [node for node in model.get_ordered_ops() if node.get_type_name() == "Convolution"][:1]
    lower = ov.Model([first.input_value(0)], model.get_parameters(), "before")
    request = compiled(lower, "fp32", threads=1, streams=1).create_infer_request()
    rgb = pictures().astype(np.float64)
    expected = {
        "caffe": lambda: rgb[..., ::-1] - (103.939, 116.779, 123.68),
        "tf": lambda: rgb / 127.5 - 1,
        "lite": lambda: (rgb - 127) / 128,
        "none": lambda: rgb,
        "-1..1": lambda: (rgb[..., ::-1] / 127.5 - 1 - (0.1, 0.2, 0.3)) / 0.5,
    }[next(iter(card.values()))]()
    for picture, values in zip(pictures(), expected, strict=True):
        found = request.infer([picture[None]])[0][0].transpose(1, 2, 0)
        assert np.abs(found - values).max() < 1e-4


def test_logits_must_not_be_declared_of_a_softmax(tmp_path: Path) -> None:
    file = FIXTURES / "torch_softmax" / "model.onnx"
    with pytest.raises(CustomModelRefused, match=r"ends with a softmax, but card\.json says"):
        convert(file, Card(preprocessing="torch", output="logits"), tmp_path / "model.xml")


def test_it_is_kept_for_both_of_its_files(tmp_path: Path) -> None:
    folder = graph_folder(tmp_path / "pets", "paddle_mul")
    settings = Settings(model=str(folder), keras_home=tmp_path, cache=str(tmp_path / "cache"))
    spec = resolve(settings).spec
    with converted(spec, lambda: folder / "inference.pdmodel") as made:
        assert np.abs(probabilities(made.file) - answers("paddle_mul")).max() < TOLERANCE
    assert find(spec) == made
    for file in (folder / "inference.pdmodel", folder / "inference.pdiparams"):
        whole = file.read_bytes()
        file.write_bytes(whole + b"\x00")
        assert find(spec) is None
        file.write_bytes(whole)
        assert find(spec) == made


@pytest.mark.parametrize("name", ["torch_logits", "paddle_mul"])
def test_a_damaged_file_is_refused_or_gives_probabilities(name: str, tmp_path: Path) -> None:
    """It may also be read as another model, which only its hash would show, but never crashes the test."""
    folder = graph_folder(tmp_path, name)
    file = find_custom(str(folder)).file
    whole = file.read_bytes()
    refused = []
    for at in range(0, len(whole), max(1, len(whole) // 12)):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 0x15]) + whole[at + 1 :])
        try:
            convert(file, Card(preprocessing="torch"), tmp_path / "model.xml")
        except (CustomModelRefused, ConversionFailed) as error:
            refused.append(str(error))
    assert len(refused) > 2
    assert not any("\n" in sentence for sentence in refused)


def test_weights_that_are_cut_off_are_refused(tmp_path: Path) -> None:
    folder = graph_folder(tmp_path, "paddle_relu_head")
    weights = folder / "inference.pdiparams"
    weights.write_bytes(weights.read_bytes()[:-100])
    with pytest.raises(ModelError, match="cannot read"):
        convert(folder / "inference.pdmodel", Card(preprocessing="torch"), tmp_path / "model.xml")
