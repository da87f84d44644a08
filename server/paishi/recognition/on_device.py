"""Models exported for phones, which `paishi export NAME --on-device` puts into the cache folder."""

import json
import re
from pathlib import Path
from typing import NamedTuple

from paishi.models.catalogue import CATALOGUE

MODEL = "model-wechat.onnx"
LABELS = "labels.json"
MANIFEST = "export.json"


class OnDeviceFile(NamedTuple):
    """A file of such a model, and its SHA-256 in hexadecimal, noted when it was made."""

    file: Path
    sha256: str


def safe_name(model: str) -> str:
    """The name of a model as that of a file, and in an address."""
    return re.sub(r"[^\w.-]+", "_", model).lstrip(".") or "model"


def on_device_folder(cache: Path, model: str) -> Path:
    """The folder of `model` in the cache folder, which may not exist."""
    return cache / "on-device" / safe_name(model)


def find_on_device(cache: Path, model: str, name: str) -> OnDeviceFile | None:
    """Returns the file `name` of `model`, whose name may be of any case; None if it is not exported.

    Raises OSError if the cache cannot be read.
    """
    folders = {folder.name.lower(): folder for folder in (cache / "on-device").glob("*/")}
    folder = folders.get(model.lower())
    if folder is None or not (folder / MANIFEST).is_file():
        return None
    noted = json.loads((folder / MANIFEST).read_bytes())
    return OnDeviceFile(folder / name, noted["files"][name]["sha256"])


def catalogue_name(model: str) -> str:
    """The catalogue's spelling of `model`, as it is if the catalogue has none such."""
    return next((name for name in CATALOGUE if name.lower() == model.lower()), model)
