"""A folder of photos as classes: one folder a class, or `train/` and `val/` with such folders."""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from paishi.models.custom.folder import read_json
from paishi.models.errors import CustomModelRefused
from paishi.photo.photo_files import find_photos
from paishi.recognition.labels import Label, load_labels
from paishi.training.errors import TrainingRefused

Part = Literal["train", "val"]

FEWEST = 5
"""Photos that a class needs for training."""

_FEWEST_CLASSES = 2
_PARTS = {"train": "train", "training": "train", "val": "val", "valid": "val", "validation": "val"}
_SHOWN = 3


class Photo(NamedTuple):
    """A file; `label` is the number of its class, `part` is None if the folders do not say it."""

    file: Path
    label: int
    part: Part | None


@dataclass(frozen=True, slots=True)
class PhotoSet:
    """Photos of `classes`, the names of the folders; `remarks` are sentences for the operator."""

    folder: Path
    classes: tuple[str, ...]
    photos: tuple[Photo, ...]
    remarks: tuple[str, ...]

    @property
    def is_divided(self) -> bool:
        """Whether the folders say which photos are for validation."""
        return any(photo.part == "val" for photo in self.photos)


def find_photo_set(folder: Path, fewest_classes: int = _FEWEST_CLASSES) -> PhotoSet:
    """Finds the photos in `folder`. Raises TrainingRefused unless it has at least `fewest_classes`.

    Classes are folders; their order is that of their names. Hidden files and folders do not count.
    """
    parts = dict(_parts(folder))
    names = sorted({name for part in parts for name in _subfolders(part)})
    if len(names) < fewest_classes:
        raise TrainingRefused(
            f"{folder} has {_count(len(names), 'class', 'classes')}: it needs {fewest_classes} folders of "
            "photos or more, one for each class."
        )
    for name in names:
        _need_text(folder, name)
    unreadable: list[OSError] = []
    photos = [
        Photo(file, label, part)
        for place, part in parts.items()
        for label, name in enumerate(names)
        for file in find_photos([place / name], unreadable.append)
        if (place / name).is_dir()
    ]
    if unreadable:
        raise TrainingRefused(f"{unreadable[0].filename} cannot be read: {unreadable[0].strerror}.", 1)
    return PhotoSet(folder, tuple(names), tuple(photos), tuple(_remarks(names, parts)))


def need_enough(photo_set: PhotoSet, photos: Sequence[Photo]) -> None:
    """Raises TrainingRefused unless `photos`, of `photo_set`, have enough of each class to train."""
    train = Counter(photo.label for photo in photos if photo.part != "val")
    val = Counter(photo.label for photo in photos if photo.part == "val")
    few = [
        f"{name} ({train[label]})" for label, name in enumerate(photo_set.classes) if train[label] < FEWEST
    ]
    if few:
        raise TrainingRefused(
            f"{some_of(few)}: a class needs at least {FEWEST} readable photos. Add some, or move the folder "
            "away."
        )
    if photo_set.is_divided and (
        none := [name for label, name in enumerate(photo_set.classes) if not val[label]]
    ):
        raise TrainingRefused(f"{some_of(none)}: there is no readable photo in val, which needs all classes.")


def read_names(photo_set: PhotoSet) -> list[Label]:
    """Returns id, label and both names of each class.

    They come from a `labels.json` in or beside the folder of photos: an object such as
    {"ants": {"zh": "蚂蚁", "en": "ant"}} or {"ants": "蚂蚁"}, or an array as in a custom model; then from
    ImageNet, if a folder is named after one of its ids; else all four are the folder's name. Raises
    TrainingRefused if that file is damaged.
    """
    given = _given_names(photo_set.folder)
    imagenet = {label.id: label for label in load_labels("imagenet").classes}
    found = []
    for name in photo_set.classes:
        known = imagenet.get(name, Label(name, name, name, name))
        zh, en = given.get(name, ("", ""))
        found.append(known._replace(zh=zh or known.zh, en=en or known.en))
    return found


def _given_names(folder: Path) -> dict[str, tuple[str, str]]:
    for file in (folder / "labels.json", folder.absolute().parent / "labels.json"):
        if file.is_file():
            try:
                content = read_json(file)
            except CustomModelRefused as error:
                raise TrainingRefused(str(error)) from error
            return dict(_names_in(file, content))
    return {}


def _names_in(file: Path, content: object) -> Iterator[tuple[str, tuple[str, str]]]:
    rows: list[tuple[object, object]] = []
    match content:
        case dict():
            rows = list(content.items())
        case list():
            named = [row for row in content if isinstance(row, dict)]
            rows = [(row.get(key), row.get("name")) for row in named for key in ("id", "label")]
        case _:
            rows = [("it", content)]
    for folder, names in rows:
        match names:
            case str(zh) if isinstance(content, dict):
                yield str(folder), (zh.strip(), "")
            case {"zh": str(zh), "en": str(en)}:
                yield str(folder), (zh.strip(), en.strip())
            case {"zh": str(zh)}:
                yield str(folder), (zh.strip(), "")
            case {"en": str(en)}:
                yield str(folder), ("", en.strip())
            case _:
                raise TrainingRefused(
                    f'{file}: {folder} must be like {{"ants": {{"zh": "蚂蚁", "en": "ant"}}}}.'
                )


def _parts(folder: Path) -> Iterator[tuple[Path, Part | None]]:
    if not folder.exists():
        raise TrainingRefused(f"{folder}: there is no such folder. 没有这个文件夹。")
    if not folder.is_dir():
        raise TrainingRefused(f"{folder} is a file: name the folder that has one folder for each class.")
    inner = _subfolders(folder)
    if {_PARTS.get(name.lower()) for name in inner} == {"train", "val"}:
        for name in inner:
            yield folder / name, "train" if _PARTS[name.lower()] == "train" else "val"
    else:
        yield folder, None


def _subfolders(folder: Path) -> list[str]:
    try:
        return sorted(
            entry.name for entry in folder.iterdir() if not entry.name.startswith(".") and entry.is_dir()
        )
    except OSError as error:
        raise TrainingRefused(f"{folder} cannot be read: {error.strerror}.", 1) from error


def _need_text(folder: Path, name: str) -> None:
    try:
        name.encode()
    except UnicodeEncodeError as error:
        raise TrainingRefused(
            f"{folder} has a folder whose name is not in UTF-8, {name!a}: rename it, as the class gets "
            "its name."
        ) from error


def _remarks(names: Sequence[str], parts: dict[Path, Part | None]) -> Iterator[str]:
    twins = defaultdict(list)
    for name in names:
        twins[unicodedata.normalize("NFKC", name).casefold()].append(name)
    for same in twins.values():
        if len(same) > 1:
            yield f"{' and '.join(same)} differ in spelling alone and are trained as {len(same)} classes."
    for place in parts:
        if loose := [file.name for file in find_photos([place], lambda _: None) if file.parent == place]:
            yield f"{place} has photos outside its folders, which belong to no class: {some_of(loose)}."


def some_of(words: Sequence[str]) -> str:
    """The first of `words`, and how many there are beyond."""
    more = f" and {len(words) - _SHOWN} more" if len(words) > _SHOWN else ""
    return ", ".join(words[:_SHOWN]) + more


def _count(number: int, one: str, several: str) -> str:
    return f"{number} {one if number == 1 else several}"
