"""Reads the `config.json` in a `.keras` file, which is a zip archive, as data.

This runs no code of the file, so mistakes show at once and without TensorFlow.
"""

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from paishi.models.errors import CustomModelRefused

_LARGEST = 64_000_000  # bytes of config.json; EfficientNetV2L has a few hundred thousand


def input_size(file: Path) -> int:
    """Returns the side in pixels of the model's square input.

    Raises CustomModelRefused unless the model has one RGB input of fixed size, one output, and only layers of
    Keras.
    """
    config = _config(file)
    _need_keras_only(file, config)
    outputs = config["config"].get("output_layers")
    if outputs is not None and (count := len(list(_tensors(outputs)))) != 1:
        raise CustomModelRefused(f"{file} gives {count} outputs: it must give one, the probabilities.")
    return _side(file, _input_shape(file, config))


def _side(file: Path, shape: object) -> int:
    match shape:
        case [_, int(height), int(width), 3] if height == width > 0:
            return height
    raise CustomModelRefused(
        f"{file} takes input of shape {shape}: it must take one square RGB picture of fixed size, the "
        "channels last, such as keras.Input((224, 224, 3))."
    )


def _config(file: Path) -> dict[str, Any]:
    try:
        with zipfile.ZipFile(file) as archive, archive.open("config.json") as stream:
            content = stream.read(_LARGEST + 1)
        config = json.loads(content) if len(content) <= _LARGEST else None
    except OSError as error:
        raise CustomModelRefused(f"{file} cannot be read: {error.strerror or error}.") from error
    except Exception as error:  # zipfile raises half a dozen kinds on damaged archives
        raise CustomModelRefused(
            f"{file} is no file of Keras 3, or it is damaged: write it with model.save('model.keras')."
        ) from error
    if not isinstance(config, dict) or not isinstance(config.get("config"), dict):
        raise CustomModelRefused(f"{file} describes no model: write it with model.save('model.keras').")
    return config


def _need_keras_only(file: Path, config: dict[str, Any]) -> None:
    for part in _parts(config):
        kind = part.get("class_name")
        if kind in ("Lambda", "__lambda__"):
            raise CustomModelRefused(
                f"{file} has a Lambda layer, which is code: write it with layers of Keras, such as Rescaling."
            )
        if kind is not None and (origin := _foreign_origin(part)):
            raise CustomModelRefused(
                f"{file} has a part {kind} of {origin}: only layers of Keras itself are served."
            )


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
