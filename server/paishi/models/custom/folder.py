"""Custom model: a folder with `model.keras`, `labels.json` and optionally `card.json`.

This module reads the files as data, runs no code of theirs and does not import TensorFlow. Loading
`model.keras` can run code, so only the operator can name such a folder, by a setting or on the command line,
and a separate process loads it: see `paishi.models.custom.build`.
"""

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from paishi.models.backbone import Backbone, Preprocessing, PublishedWeights
from paishi.models.catalogue import find_backbone
from paishi.models.custom.keras_file import input_size
from paishi.models.errors import CustomModelRefused, UnknownModel

_SEPARATORS = tuple(filter(None, (os.sep, os.altsep)))
_LARGEST_JSON = 16_000_000  # bytes; a name for each of a hundred thousand classes


class Card(NamedTuple):
    """Optional description in `card.json`; the server applies `preprocessing` to RGB pixels of 0..255."""

    name: str = ""
    description: str = ""
    version: str = ""
    preprocessing: Preprocessing = Preprocessing.NONE


@dataclass(frozen=True, slots=True)
class CustomModel:
    """A custom model; `name` comes from the card or the folder, `input_size` is the side in pixels."""

    folder: Path
    name: str
    card: Card
    input_size: int

    @property
    def file(self) -> Path:
        return self.folder / "model.keras"

    @property
    def labels(self) -> Path:
        return self.folder / "labels.json"

    @property
    def backbone(self) -> Backbone:
        """The model as a catalogue entry. `parameters` is 0, because only loading the model would show it.

        The name is safe in file names and includes the preprocessing, since each gives another conversion.
        """
        plain = re.sub(r"[^\w-]+", "_", self.name)[:40]
        return Backbone(
            name=f"custom-{plain}-{self.card.preprocessing}",
            module="",
            input_size=self.input_size,
            parameters=0,
            top1=None,
            top5=None,
            download_mb=self.megabytes,
            preprocessing=self.card.preprocessing,
            weights=PublishedWeights(self.file.name, "", None),
        )

    @property
    def megabytes(self) -> float:
        return self.file.stat().st_size / 1e6


def names_folder(model: str) -> bool:
    """Whether PAISHI_MODEL=`model` is a folder; a catalogue name never is."""
    if model.strip().startswith((".", "~")) or any(separator in model for separator in _SEPARATORS):
        return True
    try:
        find_backbone(model)
    except UnknownModel:
        return bool(model.strip()) and Path(model).is_dir()
    return False


def folder_of(model: str) -> Path:
    """Absolute path of the folder `model`, since another process may have another working directory."""
    return Path(os.path.abspath(Path(model.strip()).expanduser()))


def shown_name(model: str) -> str:
    """Public name of PAISHI_MODEL=`model`: a folder without its path."""
    return folder_of(model).name if names_folder(model) else model


def find_custom(model: str) -> CustomModel:
    """Reads the folder `model`, except for its labels: see `paishi.recognition.custom_labels`.

    Raises CustomModelRefused if a file is missing or describes a model that cannot be served.
    """
    folder = folder_of(model)
    if not folder.is_dir():
        raise CustomModelRefused(f"PAISHI_MODEL={folder}: there is no such folder. 没有这个文件夹。")
    for file in ("model.keras", "labels.json"):
        if not (folder / file).is_file():
            raise CustomModelRefused(
                f"PAISHI_MODEL={folder}: there is no {file} in it. 文件夹里没有 {file}。"
            )
    card = _read_card(folder / "card.json")
    return CustomModel(folder, card.name or folder.name, card, input_size(folder / "model.keras"))


def _read_card(file: Path) -> Card:
    if not file.exists():
        return Card()
    card = read_json(file)
    if not isinstance(card, dict):
        raise CustomModelRefused(f'{file} must be an object, such as {{"name": "flowers"}}.')
    text = {field: card.get(field) or "" for field in ("name", "description", "version")}
    for field, value in text.items():
        if not isinstance(value, str):
            raise CustomModelRefused(f"{file}: {field} must be a string, but it is {value!r}.")
    preprocessing = card.get("preprocessing")
    if preprocessing is None:
        preprocessing = Preprocessing.NONE.value
    known = [convention.value for convention in Preprocessing]
    if preprocessing not in known:
        raise CustomModelRefused(
            f"{file}: preprocessing must be one of {', '.join(known)}, but it is {preprocessing!r}."
        )
    return Card(text["name"].strip(), text["description"], text["version"], Preprocessing(preprocessing))


def read_json(file: Path) -> object:
    """Reads `file`, JSON in UTF-8 with or without a byte order mark. Raises CustomModelRefused."""
    try:
        with file.open("rb") as stream:
            content = stream.read(_LARGEST_JSON + 1)
        if len(content) > _LARGEST_JSON:
            raise CustomModelRefused(f"{file} has more than {_LARGEST_JSON // 1_000_000} MB.")
        return json.loads(content.decode("utf-8-sig"))
    except OSError as error:
        raise CustomModelRefused(f"{file} cannot be read: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise CustomModelRefused(f"{file} is not in UTF-8.") from error
    except json.JSONDecodeError as error:
        raise CustomModelRefused(f"{file} is no JSON: {error.msg} in line {error.lineno}.") from error
    except (ValueError, RecursionError) as error:
        raise CustomModelRefused(f"{file} is no JSON: {error}.") from error
