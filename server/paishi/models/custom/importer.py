"""Writes `model.keras` from a file of any Keras; `paishi import` runs this.

`python -m paishi.models.custom.importer FILE FOLDER CARD` is a separate process, because loading Keras takes
seconds and memory, and because a file of Keras 3 can run code.
"""

import io
import json
import shutil
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import h5py
import numpy as np

from paishi.models.custom.build import build_custom, last_activation, load, sample_values, served
from paishi.models.custom.card import Card
from paishi.models.custom.keras2 import Keras2Refused, build_keras2, load_weights
from paishi.models.custom.keras_file import loaded_part, need_keras_only, read_keras_file
from paishi.models.errors import CustomModelRefused, ModelError
from paishi.models.keras.imports import keras
from paishi.system.child_process import answer_parent
from paishi.system.passing_fault import is_passing

_LARGEST = 2_000_000_000  # bytes of what is taken out of a .keras file
_TOLERANCE = 1e-5
_TEACHABLE_MACHINE = "global_average_pooling2d_GlobalAveragePooling2D1"
"""A layer in every image model of Teachable Machine."""


class _Stored(NamedTuple):
    """A file of Keras: the version that wrote it, what it says of model and training, and its weights."""

    version: str
    config: dict[str, Any]
    training: object
    weights: h5py.Group

    @property
    def is_keras2(self) -> bool:
        return not self.version[:1].isdigit() or int(self.version.partition(".")[0]) < 3


def import_model(file: Path, folder: Path, card: Card) -> tuple[Card, int]:
    """Writes the model in `file` (.keras, .h5) as `folder`/model.keras.

    Returns `card` with what the file says about its pixels and output, and the number of labels that the
    model needs. Raises CustomModelRefused if the model cannot be built, or not be served as the card says.
    """
    target = folder / "model.keras"
    with _open(file) as stored:
        if file.suffix == ".keras" and not stored.is_keras2:
            shutil.copyfile(file, target)
            model = load(target, read_keras_file(file).config)
        else:
            model = _build(file, stored)
            model.save(target)
        card = _completed(card, stored, model)
    before = served(file, read_keras_file(target), model, card).model
    after = build_custom(target, card).model
    if not np.abs(sample_values(before) - sample_values(after)).max() <= _TOLERANCE:
        raise CustomModelRefused(f"{file} gives other answers once Keras {keras.__version__} has saved it.")
    return card, after.output_shape[-1]


@contextmanager
def _open(file: Path) -> Iterator[_Stored]:
    try:
        if file.suffix == ".keras":
            with zipfile.ZipFile(file) as archive:
                version = json.loads(_read(archive, "metadata.json")).get("keras_version", "2")
                config = json.loads(_read(archive, "config.json"))
                weights: Path | io.BytesIO = io.BytesIO(_read(archive, "model.weights.h5"))
            training = config.get("compile_config")
        else:
            with h5py.File(file, "r", locking=False) as stored:
                if "model_config" not in stored.attrs:
                    raise CustomModelRefused(
                        f"{file} holds weights alone: save the whole model, with model.save('model.keras')."
                    )
                version = _text(stored.attrs.get("keras_version", "1"))
                config = json.loads(_text(stored.attrs["model_config"]))
                training = json.loads(_text(stored.attrs.get("training_config", "null")))
            weights = file
        stored = h5py.File(weights, "r", locking=False)
    except CustomModelRefused:
        raise
    except Exception as error:  # zipfile and h5py raise a dozen kinds on damaged files
        if is_passing(error):
            raise
        raise CustomModelRefused(
            f"{file} is no file of Keras, or it is damaged: save the model again."
        ) from error
    with stored:
        group = stored.get("model_weights", stored)
        yield _Stored(str(version), config, training, group)


def _read(archive: zipfile.ZipFile, name: str) -> bytes:
    if archive.getinfo(name).file_size > _LARGEST:
        raise ValueError(f"{name} is too large")
    return archive.read(name)


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _build(file: Path, stored: _Stored) -> keras.Model:
    try:
        if stored.is_keras2:
            model = build_keras2(stored.config)
        else:
            need_keras_only(file, stored.config)
            config = {"module": "keras", "registered_name": None, **loaded_part(stored.config)}
            model = keras.saving.deserialize_keras_object(config, safe_mode=True)
        load_weights(model, stored.weights)
        return model
    except Keras2Refused as error:
        raise CustomModelRefused(
            f"{file}, of Keras {stored.version}, {error}. Load it with that version (Keras 2 is `pip install "
            "tf_keras`), replace that part by layers of Keras, save it, and import the new file."
        ) from error
    except CustomModelRefused:
        raise
    except Exception as error:  # Keras raises nearly anything here
        if is_passing(error):
            raise
        reason = (str(error).strip().splitlines() or [""])[0]
        raise CustomModelRefused(
            f"{file}, of Keras {stored.version}, cannot be loaded by Keras {keras.__version__} "
            f"({type(error).__name__}: {reason}). Load it with that version, and save it in Keras 3."
        ) from error


def _completed(card: Card, stored: _Stored, model: keras.Model) -> Card:
    changes: dict[str, str] = {}
    if not card.names_preprocessing and _TEACHABLE_MACHINE in json.dumps(stored.config):
        changes["scale"] = "-1..1"
    if _has(stored.training, "from_logits") and last_activation(model) in ("linear", "dense", "conv2d"):
        changes["output"] = "logits"
    return card.model_copy(update=changes)


def _has(value: object, name: str) -> bool:
    if isinstance(value, dict):
        return value.get(name) is True or any(_has(inner, name) for inner in value.values())
    return isinstance(value, list) and any(_has(inner, name) for inner in value)


def _main(file: str, folder: str, card: str) -> dict[str, Any]:
    made, labels = import_model(Path(file), Path(folder), Card.model_validate_json(card))
    return {"card": made.conversion, "labels": labels}


if __name__ == "__main__":
    answer_parent(_main, sys.argv[1:], ModelError)
