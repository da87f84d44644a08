"""Reads the `config.json` in a `.keras` file, which is a zip archive, as data.

This runs no code of the file, so mistakes show at once and without TensorFlow.
"""

import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from paishi.models.catalogue import CATALOGUE, Backbone
from paishi.models.errors import CustomModelRefused

_LARGEST = 64_000_000  # bytes of config.json; EfficientNetV2L has a few hundred thousand
_CHANNELS = (1, 3, 4)

_SCALING = {
    "Rescaling",
    "Normalization",
    "TrueDivide",
    "Divide",
    "Multiply",
    "Subtract",
    "Add",
    "GetItem",
    "Flip",
}
"""Layers and operations that a model's own preprocessing begins with."""
_BEFORE_SCALING = re.compile(
    "Random|InputLayer|Cast|Resizing|CenterCrop|ZeroPadding|Identity|Dropout|GaussianNoise|Permute|Activation"
)
"""Layers that may come before: they leave the range of the values as it is."""

_OF_TRAINING = re.compile("(_regularizer|_constraint)$|^compile_config$")
_INITIALIZER = re.compile("_initializer$")
_DTYPE = re.compile("(mixed_)?b?float(16|64)")


@dataclass(frozen=True, slots=True)
class KerasFile:
    """Facts about a model in a `.keras` file.

    `shape` is height, width and channels of its input; height and width are None if it takes any size.
    `preprocesses` tells whether it begins with a layer that scales pixels; `backbone` is the model of the
    catalogue that its parts are named after. `config` describes it to Keras, see `read_keras_file`.
    """

    shape: tuple[int | None, int | None, int]
    preprocesses: bool
    backbone: Backbone | None
    config: dict[str, Any]


def read_keras_file(file: Path) -> KerasFile:
    """Reads `file` without its weights.

    `config` is that of the file without what only training needs (compiled losses and metrics, regularizers,
    constraints), which may be code of the author, and in float32: half precision saves memory in training,
    while every processor calculates float32, in which its weights lose nothing.

    Raises CustomModelRefused unless the model has one input, a picture with the channels last, one output,
    and only layers of Keras.
    """
    config = loaded_part(_config(file))
    need_keras_only(file, config)
    described = config["config"]
    outputs = described.get("output_layers")
    if outputs is not None and (count := len(list(_tensors(outputs)))) != 1:
        raise CustomModelRefused(f"{file} gives {count} outputs: it must give one, the probabilities.")
    layers = list(_layers(config))
    return KerasFile(
        _shape(file, _input_shape(file, config)), _preprocesses(layers), _backbone(config), config
    )


def _shape(file: Path, shape: object) -> tuple[int | None, int | None, int]:
    match shape:
        case [_, None, None, int(channels)] if channels in _CHANNELS:
            return None, None, channels
        case [_, int(height), int(width), int(channels)] if min(height, width) > 0 and channels in _CHANNELS:
            return height, width, channels
    raise CustomModelRefused(
        f"{file} takes input of shape {shape}: it must take one picture, RGB, grey or RGBA, the "
        "channels last, such as keras.Input((224, 224, 3))."
    )


def _config(file: Path) -> dict[str, Any]:
    try:
        with zipfile.ZipFile(file) as archive:
            config = _json(archive, "config.json")
            about = _json(archive, "metadata.json") if "metadata.json" in archive.namelist() else None
    except OSError as error:
        raise CustomModelRefused(f"{file} cannot be read: {error.strerror or error}.") from error
    except Exception as error:  # zipfile raises half a dozen kinds on damaged archives
        raise CustomModelRefused(
            f"{file} is no file of Keras 3, or it is damaged: write it with model.save('model.keras')."
        ) from error
    if not isinstance(config, dict) or not isinstance(config.get("config"), dict):
        raise CustomModelRefused(f"{file} describes no model: write it with model.save('model.keras').")
    version = str(about.get("keras_version", "")) if isinstance(about, dict) else ""
    if version.startswith("2."):
        raise CustomModelRefused(
            f"{file} is of Keras {version}: run `paishi import {file} --to NEW-FOLDER` and serve that folder."
        )
    return config


def _json(archive: zipfile.ZipFile, name: str) -> Any:
    with archive.open(name) as stream:
        content = stream.read(_LARGEST + 1)
    return json.loads(content) if len(content) <= _LARGEST else None


def loaded_part(value: Any, name: str = "") -> Any:
    """Returns what is loaded of `value`, which a config has under `name`."""
    if isinstance(value, dict):
        if value.get("class_name") == "DTypePolicy":
            return {**value, "config": {"name": "float32"}}
        return {
            key: None
            if _OF_TRAINING.search(key) or (_INITIALIZER.search(key) and _is_foreign(inner))
            else loaded_part(inner, key)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [loaded_part(inner, name) for inner in value]
    is_dtype = isinstance(value, str) and "dtype" in name and _DTYPE.fullmatch(value)
    return "float32" if is_dtype else value


def need_keras_only(file: Path, config: dict[str, Any]) -> None:
    """Raises CustomModelRefused if a part of `config` is code or not of Keras."""
    for part in _parts(config):
        kind = part.get("class_name")
        if kind in ("Lambda", "__lambda__"):
            inner = part.get("config")
            called = f" called {inner['name']!r}" if isinstance(inner, dict) and "name" in inner else ""
            raise CustomModelRefused(
                f"{file} has a Lambda layer{called}, which is code: write it with layers of Keras, such as "
                "Rescaling."
            )
        if kind is not None and (origin := _foreign_origin(part)):
            raise CustomModelRefused(
                f"{file} has a part {kind} of {origin}: only layers of Keras itself are served."
            )


def _is_foreign(part: object) -> bool:
    return any(_foreign_origin(inner) for inner in _parts(part) if inner.get("class_name") is not None)


def _foreign_origin(part: dict[str, Any]) -> str | None:
    module, registered = part.get("module"), part.get("registered_name")
    if isinstance(registered, str) and ">" in registered:  # "package>class", which a program registered
        return registered.partition(">")[0]
    if module in (None, "keras", "builtins") or str(module).startswith("keras."):
        return None
    return str(module)


def _parts(config: object) -> Iterator[dict[str, Any]]:
    left = [config]
    while left:
        part = left.pop()
        if isinstance(part, dict):
            yield part
            left.extend(part.values())
        elif isinstance(part, list):
            left.extend(part)


def _layers(config: dict[str, Any]) -> Iterator[str]:
    """Yields class names of the layers in their order, those of models within it in their places."""
    described = config.get("config")
    inner = described.get("layers") if isinstance(described, dict) else None
    if not isinstance(inner, list):
        yield str(config.get("class_name"))
        return
    for layer in inner:
        if isinstance(layer, dict):
            yield from _layers(layer)


def _preprocesses(layers: list[str]) -> bool:
    first = next((layer for layer in layers if not _BEFORE_SCALING.match(layer)), "")
    return first in _SCALING


def _backbone(config: dict[str, Any]) -> Backbone | None:
    """The longest of the catalogue's names that a model in `config` has: Keras names them so."""
    names = {
        re.sub("[^a-z0-9]", "", str(inner["name"]).lower())
        for part in _parts(config)
        if isinstance(inner := part.get("config"), dict) and "layers" in inner and "name" in inner
    }
    found = [one for one in CATALOGUE.values() if any(name.startswith(one.name.lower()) for name in names)]
    return max(found, key=lambda one: len(one.name), default=None)


def _input_shape(file: Path, config: dict[str, Any]) -> object:
    described = config["config"]
    if config.get("class_name") == "Sequential":
        return described.get("build_input_shape") or _built_for(config)  # Keras versions store either
    inputs = list(_tensors(described.get("input_layers")))
    if not inputs:
        raise CustomModelRefused(
            f"{file} is a {config.get('class_name')}: it must be Sequential or Functional."
        )
    if len(inputs) != 1:
        raise CustomModelRefused(f"{file} takes {len(inputs)} inputs: it must take one, the picture.")
    for layer in described.get("layers") or ():
        if (
            isinstance(layer, dict)
            and layer.get("name") == inputs[0]
            and isinstance(layer.get("config"), dict)
        ):
            return layer["config"].get("batch_shape")
    return None


def _built_for(config: dict[str, Any]) -> object:
    build = config.get("build_config")
    return build.get("input_shape") if isinstance(build, dict) else None


def _tensors(spec: object) -> Iterator[str]:
    """Yields layer names from a Keras spec of inputs or outputs: [name, 0, 0], or lists or dicts of these."""
    if isinstance(spec, dict):
        spec = list(spec.values())
    if not isinstance(spec, list):
        return
    if len(spec) == 3 and isinstance(spec[0], str):
        yield spec[0]
        return
    for inner in spec:
        yield from _tensors(inner)
