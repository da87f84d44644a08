"""Files of Keras 2 become custom models with the answers of Keras 2; `fixtures/make_keras2.py` wrote both."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from paishi.models.custom.build import build_custom
from paishi.models.custom.card import Card
from paishi.models.custom.importer import import_model
from paishi.models.custom.source import unpack
from paishi.models.errors import CustomModelRefused
from paishi.models.keras.imports import keras
from tests.server.models.custom.zoo import softmax
from tests.server.models.custom_models import red_or_green, save
from tests.server.models.fixtures.make_pictures import pictures

FIXTURES = Path(__file__).parents[1] / "fixtures"
ANSWERS = json.loads((FIXTURES / "answers.json").read_text())
pytestmark = [
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword"),
    pytest.mark.filterwarnings("ignore:The object being serialized includes a `lambda`"),
]
Change = Callable[[h5py.File], None]
CODE = [name for name in ANSWERS if "code" in name]


def stored(name: str, folder: Path) -> Path:
    """The file of a model, taken out of its archive."""
    if name.endswith(".keras"):
        return Path(shutil.copy(FIXTURES / name, folder))
    unpack(FIXTURES / name, folder)
    return folder / "keras_model.h5"


def answers(folder: Path, card: Card) -> np.ndarray:
    return np.asarray(build_custom(folder / "model.keras", card).model(pictures(), training=False))


@pytest.mark.parametrize("name", [name for name in ANSWERS if name not in CODE])
def test_answers_as_keras_2_did(name: str, tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()
    card, labels = import_model(stored(name, tmp_path), tmp_path / "made", Card())
    assert labels == 3
    assert (card.scale == "-1..1") is ("teachable" in name)
    expected = np.array(ANSWERS[name])
    expected = softmax(expected) if "logits" in name else expected
    tolerance = 0.002 if "half" in name else 1e-5
    assert answers(tmp_path / "made", card) == pytest.approx(expected, abs=tolerance)
    assert np.ptp(expected, axis=0).max() > 20 * tolerance, "the pictures have the same answers"


@pytest.mark.parametrize("name", CODE)
def test_code_is_refused_with_the_version_and_what_to_do(name: str, tmp_path: Path) -> None:
    with pytest.raises(
        CustomModelRefused, match=r"of Keras 2\.15\.\d, has a Lambda layer called 'to_one'"
    ) as refused:
        import_model(stored(name, tmp_path), tmp_path, Card())
    assert "pip install tf_keras" in str(refused.value)
    assert not (tmp_path / "model.keras").exists()


@pytest.mark.parametrize("suffix", [".h5", ".keras"])
def test_files_of_keras_3_are_taken_as_well(suffix: str, tmp_path: Path) -> None:
    model = red_or_green(16)
    model.save(tmp_path / f"pets{suffix}")
    (tmp_path / "made").mkdir()
    card, labels = import_model(tmp_path / f"pets{suffix}", tmp_path / "made", Card())
    assert (card, labels) == (Card(), 2)
    expected = np.asarray(model(pictures().astype(np.float32)))
    assert answers(tmp_path / "made", card) == pytest.approx(expected, abs=1e-6)


def test_the_card_beside_it_wins(tmp_path: Path) -> None:
    file = stored("2.13-teachable_machine.zip", tmp_path)
    (tmp_path / "made").mkdir()
    card, _ = import_model(file, tmp_path / "made", Card(scale="0..1"))
    assert card.scale == "0..1"


def changed(file: Path, change: Change) -> Path:
    with h5py.File(file, "r+") as content:
        change(content)
    return file


def describe(text: str, by: str) -> Change:
    def change(content: h5py.File) -> None:
        description = content.attrs["model_config"]
        assert text in description
        content.attrs["model_config"] = description.replace(text, by)

    return change


def without_description(content: h5py.File) -> None:
    del content.attrs["model_config"]


def other_names(content: h5py.File) -> None:
    group = content["model_weights/sequential_3"]
    names = [str(name) for name in group.attrs["weight_names"]]
    group.attrs["weight_names"] = [names[1], names[0], names[2]]


def one_layer_less(content: h5py.File) -> None:
    content["model_weights"].attrs["layer_names"] = ["sequential_3"]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (without_description, "holds weights alone: save the whole model"),
        (describe('"ReLU"', '"Tower"'), r"of Keras 2\.13\.1, has a layer Tower\. Load it with that version"),
        (
            describe('"groups": 1', '"groups": 2'),
            "has a layer DepthwiseConv2D with groups=2|Keras 3.* refuses",
        ),
        (describe('"activation": "relu"', '"activation": "mine"'), "has an activation 'mine'"),
        (describe('"Functional"', '"Mine"'), "has a layer Mine"),
        (
            describe('"sequential_4", "layers"', '"sequential_4", "nothing"'),
            "cannot be loaded by Keras 3.* save it in Keras 3",
        ),
        (describe('"units": 5', '"units": 4'), "holds no array of shape"),
        (other_names, "holds other weights for the layer 'sequential_3' than it describes"),
        (one_layer_less, "holds weights of 1 layers, but describes 2"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_sentence(change: Change, complaint: str, tmp_path: Path) -> None:
    file = changed(stored("2.13-teachable_machine.zip", tmp_path), change)
    with pytest.raises(CustomModelRefused, match=complaint) as refused:
        import_model(file, tmp_path, Card())
    assert "\n" not in str(refused.value)
    assert not (tmp_path / "model.keras").exists()


@pytest.mark.parametrize("name", ["pets.h5", "pets.keras"])
def test_a_damaged_file_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"\x89HDF\r\n\x1a\n cut off")
    with pytest.raises(CustomModelRefused, match="is no file of Keras, or it is damaged"):
        import_model(tmp_path / name, tmp_path, Card())


def test_a_model_that_is_no_classifier_is_refused(tmp_path: Path) -> None:
    save(red_or_green(16, activation="linear"), tmp_path)
    (tmp_path / "made").mkdir()
    with pytest.raises(CustomModelRefused, match="these are no probabilities"):
        import_model(tmp_path / "model.keras", tmp_path / "made", Card())


def test_foreign_layers_of_keras_3_are_refused_in_h5_too(tmp_path: Path) -> None:
    x = keras.Input((16, 16, 3))
    model = keras.Model(x, red_or_green(16)(keras.layers.Lambda(lambda y: y / 255, name="to_one")(x)))
    model.save(tmp_path / "pets.h5")
    with pytest.raises(CustomModelRefused, match="has a Lambda layer called 'to_one', which is code"):
        import_model(tmp_path / "pets.h5", tmp_path, Card())


def as_list(content: h5py.File) -> None:
    """As Keras wrote a Sequential before 2.2.3."""
    description = json.loads(content.attrs["model_config"])
    description["config"] = description["config"]["layers"]
    content.attrs["model_config"] = json.dumps(description)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("2.15-transfer.zip", describe('["base", 1, 0', '["base", 0, 0')),
        ("2.15-transfer.zip", describe('"class_name": "Functional"', '"class_name": "Model"')),
        ("2.13-teachable_machine.zip", as_list),
    ],
)
def test_older_descriptions_mean_the_same(name: str, change: Change, tmp_path: Path) -> None:
    file = changed(stored(name, tmp_path), change)
    (tmp_path / "made").mkdir()
    card, _ = import_model(file, tmp_path / "made", Card())
    assert answers(tmp_path / "made", card) == pytest.approx(np.array(ANSWERS[name]), abs=1e-5)


def test_reads_weights_of_a_long_list_in_parts(tmp_path: Path) -> None:
    """HDF5 has no attribute above 64 kB: Keras numbers its parts."""

    def in_parts(content: h5py.File) -> None:
        group = content["model_weights/sequential_1"]
        names = list(group.attrs["weight_names"])
        del group.attrs["weight_names"]
        group.attrs["weight_names0"], group.attrs["weight_names1"] = names[:3], names[3:]

    file = changed(stored("2.13-teachable_machine.zip", tmp_path), in_parts)
    (tmp_path / "made").mkdir()
    card, _ = import_model(file, tmp_path / "made", Card())
    assert answers(tmp_path / "made", card) == pytest.approx(
        np.array(ANSWERS["2.13-teachable_machine.zip"]), abs=1e-5
    )
