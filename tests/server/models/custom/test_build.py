"""The served form of a `.keras` file."""

import zipfile
from pathlib import Path

import numpy as np
import pytest

from paishi.models.custom import keras_file
from paishi.models.custom.build import build_custom
from paishi.models.custom.card import Card
from paishi.models.errors import CustomModelRefused
from paishi.models.keras.imports import keras
from tests.server.models.custom_models import malicious, red_or_green, save


def picture(red: int, green: int) -> np.ndarray:
    return np.full((1, 32, 32, 3), (red, green, 0), np.uint8)


def test_takes_bytes_and_returns_probabilities(tmp_path: Path) -> None:
    served, _ = build_custom(save(red_or_green(), tmp_path), Card())
    assert (served.inputs[0].dtype, served.outputs[0].dtype) == ("uint8", "float32")
    expected = 1 / (1 + np.exp(-20 * (200 - 100) / 255))
    assert np.asarray(served(picture(200, 100)))[0, 0] == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize(
    ("preprocessing", "seen"),
    [("none", (200, 100, 0)), ("tf", (0.568627, -0.215686, -1)), ("caffe", (-103.939, -16.779, 76.32))],
)
def test_the_card_decides_on_the_preprocessing(
    preprocessing: str, seen: tuple[float, ...], tmp_path: Path
) -> None:
    """The model returns the softmax of the mean colour."""
    inside = keras.Input((32, 32, 3))
    model = keras.Model(inside, keras.ops.softmax(keras.ops.mean(inside, axis=(1, 2))))
    served, _ = build_custom(save(model, tmp_path), Card(preprocessing=preprocessing))
    exponents = np.exp(np.array(seen) - max(seen))
    assert np.asarray(served(picture(200, 100)))[0] == pytest.approx(exponents / exponents.sum(), abs=1e-5)


def test_a_model_may_take_bytes_itself(tmp_path: Path) -> None:
    taken = keras.Input((32, 32, 3), dtype="uint8")
    model = keras.Model(taken, red_or_green()(keras.ops.cast(taken, "float32")))
    served, _ = build_custom(save(model, tmp_path), Card())
    assert np.asarray(served(picture(200, 0))).argmax() == 0


def test_half_precision_comes_out_as_float32(tmp_path: Path) -> None:
    keras.config.set_dtype_policy("mixed_float16")
    try:
        model = red_or_green()
    finally:
        keras.config.set_dtype_policy("float32")
    assert model.outputs[0].dtype == "float16"
    served, _ = build_custom(save(model, tmp_path), Card())
    assert np.asarray(served(picture(0, 200))).dtype == np.float32


@pytest.mark.parametrize("activation", ["linear", "relu"])
def test_refuses_other_outputs_than_a_softmax(activation: str, tmp_path: Path) -> None:
    model = red_or_green(activation=activation)
    model.layers[-1].bias.assign([0.5, 0.2])
    with pytest.raises(CustomModelRefused, match=r"in sum .*end the model with a softmax"):
        build_custom(save(model, tmp_path), Card())


def test_refuses_more_than_one_row(tmp_path: Path) -> None:
    taken = keras.Input((32, 32, 3))
    model = keras.Model(taken, keras.layers.Softmax()(taken))
    with pytest.raises(CustomModelRefused, match=r"shape \(None, 32, 32, 3\): it must be \(None, classes\)"):
        build_custom(save(model, tmp_path), Card())


def test_keras_refuses_code_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In case the reading of the description has a gap."""
    victim = tmp_path / "victim"
    file = save(malicious(victim), tmp_path)
    monkeypatch.setattr(keras_file, "need_keras_only", lambda file, config: None)
    with pytest.raises(CustomModelRefused, match="cannot be loaded by Keras 3"):
        build_custom(file, Card())
    assert not victim.exists()


def test_refuses_lost_weights(tmp_path: Path) -> None:
    whole = save(red_or_green(), tmp_path)
    cut = tmp_path / "cut.keras"
    with zipfile.ZipFile(whole) as archive, zipfile.ZipFile(cut, "w") as less:
        for name in ("config.json", "metadata.json"):
            less.writestr(name, archive.read(name))
    with pytest.raises(CustomModelRefused, match="cannot be loaded by Keras 3"):
        build_custom(cut, Card())
