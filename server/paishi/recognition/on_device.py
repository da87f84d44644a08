"""Models exported for phones, which `paishi export NAME --on-device` puts into the cache folder."""

import hashlib
import json
import re
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from paishi.models.catalogue import CATALOGUE

MODEL = "model-wechat.onnx"
LABELS = "labels.json"
MANIFEST = "export.json"


class OnDeviceFile(NamedTuple):
    """A file of such a model, its size, and its SHA-256 in hexadecimal, noted when it was made."""

    file: Path
    bytes: int
    sha256: str


def safe_name(model: str) -> str:
    """The name of a model as that of a file, and in an address."""
    return re.sub(r"[^\w.-]+", "_", model).lstrip(".") or "model"


def on_device_folder(cache: Path, model: str) -> Path:
    """The folder of `model` in the cache folder, which may not exist."""
    return cache / "on-device" / safe_name(model)


def find_on_device(cache: Path, model: str, name: str) -> OnDeviceFile | None:
    """Returns the file `name` of `model`, whose name may be of any case; None if it is not exported."""
    folders = {folder.name.lower(): folder for folder in (cache / "on-device").glob("*/")}
    folder = folders.get(model.lower())
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes()) if folder else {}
        if folder is None or (folder / name).stat().st_size != manifest["files"][name]["bytes"]:
            return None
        return OnDeviceFile(folder / name, **manifest["files"][name])
    except (OSError, ValueError, LookupError, TypeError, AttributeError):  # deleted, or damaged
        return None


@lru_cache(maxsize=4)
def noted(file: Path) -> OnDeviceFile:
    """`file`, a part of PaiShi that does not change, with its hash."""
    data = file.read_bytes()
    return OnDeviceFile(file, len(data), hashlib.sha256(data).hexdigest())


def catalogue_name(model: str) -> str:
    """The catalogue's spelling of `model`, as it is if the catalogue has none such."""
    return next((name for name in CATALOGUE if name.lower() == model.lower()), model)
