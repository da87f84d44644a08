"""Models exported for phones, which `paishi export NAME --on-device` puts into the cache folder.

Importing this loads no NumPy: commands do, for their help.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from paishi import contract
from paishi.contract import OnDevice
from paishi.models.catalogue import CATALOGUE
from paishi.settings import Settings

if TYPE_CHECKING:
    from paishi.recognition.recogniser import Recogniser

MODEL = "model-wechat.onnx"
LABELS = "labels.json"
MANIFEST = "export.json"
INPUT = "input.json"
_IMAGENET = "imagenet"
_UNUSABLE = (OSError, ValueError, LookupError, TypeError, AttributeError)
"""Raised by the files of a model that is being deleted, or damaged."""


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
    folders = {folder.name.lower(): folder for folder in _folders(cache)}
    folder = folders.get(model.lower())
    try:
        return _whole(folder, name) if folder else None
    except _UNUSABLE:
        return None


def _folders(cache: Path) -> Iterator[Path]:
    return (cache / "on-device").glob("*/")


def _whole(folder: Path, name: str) -> OnDeviceFile | None:
    """The file `name` of the model in `folder`, None if it has not the size that is noted.

    Raises `_UNUSABLE`.
    """
    form = json.loads((folder / MANIFEST).read_bytes())["files"][name]
    return OnDeviceFile(folder / name, **form) if (folder / name).stat().st_size == form["bytes"] else None


@lru_cache(maxsize=4)
def noted(file: Path) -> OnDeviceFile:
    """`file`, a part of PaiShi that does not change, with its hash."""
    data = file.read_bytes()
    return OnDeviceFile(file, len(data), hashlib.sha256(data).hexdigest())


def catalogue_name(model: str) -> str:
    """The catalogue's spelling of `model`, as it is if the catalogue has none such."""
    return next((name for name in CATALOGUE if name.lower() == model.lower()), model)


def offered(settings: Settings, served: Recogniser | None) -> OnDevice | None:
    """Returns the model for phones: `served`, if that is exported, else the smallest of the catalogue's.

    None if there is neither. Another custom model than `served` is left out: only its card knows from which
    probability its names are right. Reads a few small files.
    """
    found = list(_exported(settings, served))
    own = [one for one in found if served and one.model.name == served.name]
    return min(own or found, key=lambda one: one.onnx.bytes, default=None)


def _exported(settings: Settings, served: Recogniser | None) -> Iterator[OnDevice]:
    for folder in sorted(_folders(settings.cache_folder)):
        try:
            files = [_whole(folder, name) for name in (MODEL, LABELS)]
            form = json.loads((folder / INPUT).read_bytes())
            if one := _described(folder.name, form, files, settings, served):
                yield one
        except _UNUSABLE:
            continue


def _described(
    folder: str,
    form: dict[str, Any],
    files: list[OnDeviceFile | None],
    settings: Settings,
    served: Recogniser | None,
) -> OnDevice | None:
    onnx, labels = files
    name = form["model"]
    from paishi.recognition.recogniser import confident_at

    if served and served.name == name:
        model, at = served.model, served.confident_at
    elif name in CATALOGUE:
        classes = form["files"][MODEL]["output"]["shape"][1]
        measured = CATALOGUE[name].confidence.at
        wanted = measured if settings.confident_at is None else settings.confident_at
        model, at = contract.Model(name=name, labels=_IMAGENET), confident_at(wanted, classes)
    else:
        return None
    if onnx is None or labels is None:
        return None
    _, _, height, width = form["files"][MODEL]["input"]["shape"]
    return OnDevice(
        model=model,
        input_height=height,
        input_width=width,
        fit=settings.fit,
        confident_at=at,
        onnx=_file(f"/models/{quote(folder)}.onnx", onnx),
        labels=_file(f"/labels/{quote(folder)}.json", labels),
    )


def _file(path: str, found: OnDeviceFile) -> contract.OnDeviceFile:
    return contract.OnDeviceFile(path=path, bytes=found.bytes, sha256=found.sha256)
