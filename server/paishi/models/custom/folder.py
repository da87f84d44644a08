"""A network of the operator's own: a folder with `model.keras`, `labels.json` and, if wanted, `card.json`.

Nothing here runs anything of what lies there, and TensorFlow is not imported: the files are read as data.
Loading `model.keras` is another matter. Such a file can run code while it is loaded, so only the operator can
name one, by a setting or on the command line, and a process of its own loads it: see
`paishi.models.custom.build`.
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
    """What the folder says. `name` is the card's, else the folder's; `input_size` is the side in pixels."""

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
        """As the catalogue would have it. `parameters` is 0: only loading the network would tell.

        The name is a part of a file's name and tells apart what different preprocessing makes of one network.
        """
        plain = re.sub(r"[^\w-]+", "_", self.name)[:40]
        return Backbone(
            name=f"own-{plain}-{self.card.preprocessing}",
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
    """Whether PAISHI_MODEL=`model` means a folder; a name of the catalogue never does."""
    if model.strip().startswith((".", "~")) or any(separator in model for separator in _SEPARATORS):
        return True
    try:
        find_backbone(model)
    except UnknownModel:
        return bool(model.strip()) and Path(model).is_dir()
    return False


def folder_of(model: str) -> Path:
    """The absolute path that `model` means here: another process may have another working directory."""
    return Path(os.path.abspath(Path(model.strip()).expanduser()))


def shown_name(model: str) -> str:
    """What to call PAISHI_MODEL=`model` where strangers listen: a folder without the way to it."""
    return folder_of(model).name if names_folder(model) else model


def find_custom(model: str) -> CustomModel:
    """The model in the folder that `model` names; `paishi.recognition.custom_labels` reads its labels.

    Raises CustomModelRefused where a file is missing, or what it says cannot be served.
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
