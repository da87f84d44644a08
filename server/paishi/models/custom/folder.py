"""Custom model: a folder with `model.keras`, `labels.json` and optionally `card.json`.

This module reads the files as data, runs no code of theirs and does not import TensorFlow. Loading
`model.keras` can run code, so only the operator can name such a folder, by a setting or on the command line,
and a separate process loads it: see `paishi.models.custom.build`.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from paishi.models.backbone import Backbone, PublishedWeights
from paishi.models.catalogue import find_backbone
from paishi.models.custom.keras_file import input_size
from paishi.models.custom.model_card import Card, read_card
from paishi.models.errors import CustomModelRefused, UnknownModel

_SEPARATORS = tuple(filter(None, (os.sep, os.altsep)))


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
    card = read_card(folder / "card.json")
    return CustomModel(folder, card.name or folder.name, card, input_size(folder / "model.keras"))
