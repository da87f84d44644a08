"""Custom models as people make them are served with the answers of Keras, or refused with a sentence."""

from pathlib import Path

import numpy as np
import pytest

from paishi.models.backbone import height_width
from paishi.models.custom.build import build_custom
from paishi.models.custom.folder import find_custom
from paishi.models.errors import CustomModelRefused
from paishi.models.keras.imports import keras
from paishi.runtimes.conversion.keras_to_openvino import convert
from paishi.runtimes.openvino.class_activation import ClassActivation
from paishi.runtimes.openvino.head import NoHead
from paishi.runtimes.openvino.model_file import is_independent
from paishi.runtimes.openvino.runtime import compiled, read_model, runner
from tests.server.conftest import need_shared
from tests.server.models.custom.zoo import SIZE, ZOO, Animal, Array, settle
from tests.server.models.custom_models import write_custom
from tests.server.models.keras_models import views_of

SERVED = [name for name, animal in ZOO.items() if not animal.refused]
REFUSED = [name for name, animal in ZOO.items() if animal.refused]
LABELS = ["a", "b", "c"]

pytestmark = pytest.mark.filterwarnings("ignore:You are using a softmax over axis")


def test_the_zoo_is_large() -> None:
    assert len(SERVED) >= 40


@pytest.mark.parametrize("name", SERVED)
def test_is_served_with_the_answers_of_keras(name: str, tmp_path: Path) -> None:
    animal = ZOO[name]
    keras.utils.set_random_seed(3)
    model = animal.build()
    settle(model)
    pictures = views_of(SIZE, 4)
    given = animal.given(pictures.astype(np.float32))
    is_sequential = isinstance(model, keras.Sequential)
    packed = given if is_sequential else keras.tree.pack_sequence_as(model.input, [given])
    [raw] = keras.tree.flatten(model(packed, training=False))
    expected = animal.means(np.asarray(keras.ops.cast(raw, "float32")))

    custom = find_custom(str(write_custom(tmp_path, model, LABELS, animal.card)))
    served, independent = build_custom(custom.file, custom.card)
    assert (served.inputs[0].dtype, served.outputs[0].dtype) == ("uint8", "float32")
    convert(served, tmp_path / "model.xml", independent)
    converted = read_model(tmp_path / "model.xml")
    assert independent is is_independent(converted) is animal.independent
    assert not {"f16", "bf16", "f64"} & {
        output.get_element_type().get_type_name() for node in converted.get_ops() for output in node.outputs()
    }
    run = runner(compiled(converted, "fp32", threads=1, streams=1))
    height, width = height_width(custom.input_size)
    found = np.concatenate([run(picture[None, :height, :width]) for picture in pictures])
    assert found.shape == expected.shape
    assert np.abs(found - expected).max() <= animal.tolerance
    assert (found.argmax(axis=1) == expected.argmax(axis=1)).all()
    _is_explained(tmp_path / "model.xml", animal, pictures[:, :height, :width], found)
    # The comparison is meaningful: the pictures have different answers, and the classes too.
    assert np.ptp(expected, axis=0).max() > 5 * animal.tolerance
    assert np.ptp(expected, axis=1).max() > 5 * animal.tolerance


def _is_explained(xml: Path, animal: Animal, pictures: Array, found: Array) -> None:
    """Means of exact class activation are the logits, but for biases."""
    try:
        inside = ClassActivation(xml)
    except NoHead:
        assert not animal.exact
        return
    assert inside.is_exact is animal.exact
    if not animal.exact:
        return
    logits = inside.class_activation(inside.look(pictures), 1).mean(axis=(1, 2))
    against = 1 - found[:, 1]
    if not animal.independent and found.shape[1] > 2:
        logits = logits - inside.class_activation(inside.look(pictures), 0).mean(axis=(1, 2))
        against = found[:, 0]
    expected = np.log(found[:, 1] / against)
    assert logits - logits[0] == pytest.approx(expected - expected[0], abs=1e-3)


def build(folder: Path) -> None:
    custom = find_custom(str(folder))
    build_custom(custom.file, custom.card)


@pytest.mark.parametrize("name", REFUSED)
def test_is_refused_with_a_sentence(name: str, tmp_path: Path) -> None:
    animal = ZOO[name]
    keras.utils.set_random_seed(3)
    folder = write_custom(tmp_path, animal.build(), LABELS, animal.card)
    with pytest.raises(CustomModelRefused, match=animal.refused) as refused:
        build(folder)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("case", ["list_both", "mixed_f16_5", "comp_custom_metric_registered"])
def test_a_file_of_somebody_else_is_served_with_the_answers_of_keras(case: str, tmp_path: Path) -> None:
    custom = find_custom(str(need_shared("cases", "models", case)))
    served, independent = build_custom(custom.file, custom.card)
    convert(served, tmp_path / "model.xml", independent)
    run = runner(compiled(read_model(tmp_path / "model.xml"), "fp32", threads=1, streams=1))
    model = keras.saving.load_model(custom.file, compile=False)
    assert isinstance(custom.input_size, int)
    for picture in views_of(custom.input_size, 3)[:, None]:
        given = keras.tree.pack_sequence_as(model.input, [picture.astype(np.float32)])
        [expected] = keras.tree.flatten(model(given, training=False))
        assert np.abs(run(picture) - np.asarray(keras.ops.cast(expected, "float32"))).max() <= 0.005


def test_a_file_of_somebody_else_with_one_class_is_refused() -> None:
    custom = find_custom(str(need_shared("cases", "models", "one_softmax")))
    with pytest.raises(CustomModelRefused, match="one softmax of one class, which names nothing"):
        build_custom(custom.file, custom.card)
