"""A `.keras` file read as data."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from paishi.models.custom.keras_file import read_keras_file
from paishi.models.errors import CustomModelRefused
from paishi.models.keras.imports import keras
from tests.server.models.custom_models import malicious, red_or_green, save
from tests.server.models.keras_models import without_values


def pooled(*shape: int | None) -> keras.Model:
    picture = keras.Input(shape)
    axes = list(range(1, 1 + len(shape[:-1])))
    return keras.Model(picture, keras.ops.mean(picture, axis=axes))


def two_inputs() -> keras.Model:
    pictures = [keras.Input((32, 32, 3)) for _ in range(2)]
    return keras.Model(pictures, red_or_green()(keras.layers.Add()(pictures)))


def named_inputs() -> keras.Model:
    pictures = {name: keras.Input((32, 32, 3), name=name) for name in ("left", "right")}
    return keras.Model(pictures, red_or_green()(keras.layers.Add()(list(pictures.values()))))


def two_outputs() -> keras.Model:
    picture, model = keras.Input((32, 32, 3)), red_or_green()
    return keras.Model(picture, [model(picture), model(keras.layers.Identity()(picture))])


@keras.saving.register_keras_serializable("shop")
class Doubled(keras.layers.Layer):  # type: ignore[misc]  # Keras has no types
    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        return 2 * x


def with_a_custom_layer() -> keras.Model:
    picture = keras.Input((32, 32, 3))
    return keras.Model(picture, red_or_green()(Doubled()(picture)))


def sequential_without_input() -> keras.Model:
    model = keras.Sequential([keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(2)])
    model.build((None, 48, 48, 3))
    return model


def functional() -> keras.Model:
    picture = keras.Input((64, 64, 3), name="photo")
    return keras.Model(inputs={"photo": picture}, outputs={"classes": red_or_green(64)(picture)})


@pytest.mark.parametrize(
    ("build", "size"),
    [(red_or_green, 32), (sequential_without_input, 48), (functional, 64), (lambda: pooled(7, 7, 3), 7)],
)
def test_reads_the_read_keras_file(build: Callable[[], keras.Model], size: int, tmp_path: Path) -> None:
    assert read_keras_file(save(build(), tmp_path)).shape == (size, size, 3)


@pytest.mark.parametrize("name", ["MobileNetV2", "EfficientNetB0", "ConvNeXtTiny", "NASNetMobile"])
def test_reads_models_of_keras_applications(name: str, tmp_path: Path) -> None:
    """Most custom models start from these; every kind of layer in them passes."""
    with without_values():
        model = getattr(keras.applications, name)(weights=None, input_shape=(96, 96, 3), classes=2)
    with zipfile.ZipFile(tmp_path / "model.keras", "w") as archive:
        archive.writestr("config.json", model.to_json())
    assert read_keras_file(tmp_path / "model.keras").shape == (96, 96, 3)


@pytest.mark.parametrize(
    ("build", "complaint"),
    [
        (lambda: pooled(32, 32, 2), r"takes input of shape \[None, 32, 32, 2\].*keras.Input\(\(224, "),
        (lambda: pooled(3, 32, 32), r"takes input of shape \[None, 3, 32, 32\].*channels last"),
        (
            lambda: pooled(None, 32, 3),
            r"takes input of shape \[None, None, 32, 3\].*one picture",
        ),
        (lambda: pooled(10, 3), r"takes input of shape \[None, 10, 3\]"),
        (two_inputs, "takes 2 inputs"),
        (named_inputs, "takes 2 inputs"),
        (two_outputs, "gives 2 outputs"),
        (with_a_custom_layer, "a part Doubled of shop: only layers of Keras"),
    ],
)
def test_refuses_what_cannot_be_served(
    build: Callable[[], keras.Model], complaint: str, tmp_path: Path
) -> None:
    file = save(build(), tmp_path)
    with pytest.raises(CustomModelRefused, match=complaint) as refused:
        read_keras_file(file)
    assert "\n" not in str(refused.value)


def test_refuses_code(tmp_path: Path) -> None:
    file = save(malicious(tmp_path / "victim"), tmp_path)
    with pytest.raises(CustomModelRefused, match="has a Lambda layer called 'lambda', which is code: "):
        read_keras_file(file)
    assert not (tmp_path / "victim").exists()


def rewritten(file: Path, change: Callable[[dict[str, object]], object]) -> None:
    save(red_or_green(), file.parent)
    with zipfile.ZipFile(file) as archive:
        config = json.loads(archive.read("config.json"))
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("config.json", json.dumps(change(config)))


def from_elsewhere(config: dict[str, object]) -> object:
    """A file that makes Keras import a module."""
    config["config"]["layers"][0]["config"] = {
        "module": "os",
        "class_name": "system",
        "config": "true",
        "registered_name": None,
    }
    return config


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (from_elsewhere, "a part system of os"),
        (lambda config: {**config, "module": "kerasx"}, "a part Sequential of kerasx"),
        (lambda config: [], "describes no model"),
        (lambda config: {"config": 5}, "describes no model"),
        (
            lambda config: {"class_name": "Tower", "config": {}},
            "is a Tower: it must be Sequential or Functional",
        ),
        (lambda config: {"class_name": "Functional", "config": {"input_layers": ["a", 0, 0]}}, "shape None"),
    ],
)
def test_refuses_manipulated_descriptions(
    change: Callable[[dict[str, object]], object], complaint: str, tmp_path: Path
) -> None:
    rewritten(tmp_path / "model.keras", change)
    with pytest.raises(CustomModelRefused, match=complaint):
        read_keras_file(tmp_path / "model.keras")


@pytest.mark.parametrize("content", [b"", b"<html>no</html>", b"PK\x03\x04 cut off", b"\x89HDF\r\n\x1a\n"])
def test_refuses_other_files(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "model.keras"
    file.write_bytes(content)
    with pytest.raises(CustomModelRefused, match="no file of Keras 3, or it is damaged"):
        read_keras_file(file)


def test_refuses_an_archive_of_something_else(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "model.keras", "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(CustomModelRefused, match="no file of Keras 3"):
        read_keras_file(tmp_path / "model.keras")
