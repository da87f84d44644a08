"""Finds a trained model and its labels in a folder or a zip archive, as training programs write them.

This reads files as data and does not import Keras.
"""

import shutil
import stat
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from paishi.models.custom.label_file import LABEL_FILES
from paishi.models.errors import CustomModelRefused

MODEL_SUFFIXES = (".keras", ".h5", ".hdf5")
CARD = "card.json"
_WEIGHTS = ".weights.h5"
_MOST_FILES = 10_000
_LARGEST = 2_000_000_000  # bytes of all files that are taken out of an archive

_OTHER_FORMS = {
    "saved_model.pb": "is a SavedModel, which Keras 3 does not read",
    "model.json": "is for TensorFlow.js",
    "model_unquant.tflite": "is for TensorFlow Lite",
    "model.tflite": "is for TensorFlow Lite",
}
"""Files of exports that hold no model of Keras, with what to say of them."""


@dataclass(frozen=True, slots=True)
class Source:
    """`model` is a file of Keras; `labels` are in a form of `label_file`; `card` is None if there is none."""

    model: Path
    labels: Path
    card: Path | None


def find_source(path: Path) -> Source:
    """Finds the model and its labels in the folder `path`, in a folder in it, or beside the file `path`.

    Raises CustomModelRefused.
    """
    model = path if path.is_file() else _model(path)
    folder = model.parent
    labels = next((folder / name for name in LABEL_FILES if (folder / name).is_file()), None)
    if labels is None:
        raise CustomModelRefused(
            f"{folder}: there are no labels beside {model.name}. Write labels.txt, a line for each class in "
            'the order of training, or class_indices.json, such as {"cat": 0, "dog": 1}.'
        )
    card = folder / CARD
    return Source(model, labels, card if card.is_file() else None)


def _model(folder: Path) -> Path:
    inner = sorted(path for path in folder.iterdir() if path.is_dir() and not _is_hidden(path.name))
    for place in (folder, *inner):
        models = _models(path.name for path in place.iterdir() if path.is_file())
        if len(models) > 1:
            raise CustomModelRefused(
                f"{place} has several models: {', '.join(models)}. Name the file: "
                f"paishi import {place / models[0]}"
            )
        if models:
            return place / models[0]
    raise CustomModelRefused(_nothing(str(folder), (path.name for path in folder.rglob("*"))))


def _models(names: Iterable[str]) -> list[str]:
    found = sorted(name for name in names if name.lower().endswith(MODEL_SUFFIXES) and not _is_hidden(name))
    return [name for name in found if not name.endswith(_WEIGHTS)] or found


def _nothing(where: str, names: Iterable[str]) -> str:
    other = next((_OTHER_FORMS[name] for name in names if name in _OTHER_FORMS), None)
    if other is None:
        return f"{where} has no model of Keras: neither a .keras nor an .h5 file."
    return (
        f"{where} {other}: save the model as .keras or .h5 where it was trained; in Teachable Machine export "
        "it as TensorFlow, Keras."
    )


def _is_hidden(name: str) -> bool:
    return name.startswith((".", "__MACOSX"))


def unpack(file: Path, folder: Path) -> None:
    """Writes the model, labels and card in the zip archive `file` into `folder`, without folders of its own.

    Of several places with models the outermost counts. Raises CustomModelRefused for an archive that is
    damaged, encrypted or too large, or that has a link or a path that leaves it; OSError.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            members = _members(file, archive)
            for member in _wanted(file, members):
                with archive.open(member) as source, open(folder / _path(member).name, "xb") as target:
                    shutil.copyfileobj(source, target)
    except (OSError, CustomModelRefused):
        raise
    except Exception as error:  # zipfile raises half a dozen kinds on damaged archives
        raise CustomModelRefused(
            f"{file} is no zip archive, or it is damaged: export it once more."
        ) from error


def _members(file: Path, archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    members = archive.infolist()
    if len(members) > _MOST_FILES:
        raise CustomModelRefused(f"{file} has {len(members):,} files: a model has a few.")
    for member in members:
        name = member.filename
        if name.startswith("/") or ".." in _path(member).parts or "\\" in name or ":" in name:
            raise CustomModelRefused(
                f"{file} has the path {name!r}, which leads out of it: export it once more."
            )
        if stat.S_ISLNK(member.external_attr >> 16):
            raise CustomModelRefused(f"{file} has a link, {name!r}: pack the file itself.")
        if member.flag_bits & 1:
            raise CustomModelRefused(f"{file} is encrypted: unpack it, and import the folder.")
    return [member for member in members if not any(map(_is_hidden, _path(member).parts))]


def _wanted(file: Path, members: list[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    models = [member for member in members if _models([_path(member).name]) and not member.is_dir()]
    if not models:
        raise CustomModelRefused(_nothing(str(file), (_path(member).name for member in members)))
    place = _path(min(models, key=lambda member: len(_path(member).parts))).parent
    beside = [member for member in members if _path(member).parent == place and not member.is_dir()]
    names = {*_models(_path(member).name for member in beside), *LABEL_FILES, CARD}
    wanted = {_path(member).name: member for member in beside if _path(member).name in names}
    if (size := sum(member.file_size for member in wanted.values())) > _LARGEST:
        raise CustomModelRefused(
            f"{file} would unpack to {size / 1e6:,.0f} MB, more than {_LARGEST / 1e6:,.0f} MB: unpack it "
            "yourself if you trust it, and import the folder."
        )
    return list(wanted.values())


def _path(member: zipfile.ZipInfo) -> PurePosixPath:
    return PurePosixPath(member.filename)
