"""Measures a model that is served, of the catalogue or a custom one, on a folder of photos."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from paishi.problems.kinds import PhotoError, ResourcesExhausted
from paishi.recognition.labels import Label
from paishi.recognition.recogniser import Recogniser
from paishi.settings import Settings
from paishi.training.errors import TrainingRefused
from paishi.training.evaluation import Evaluation
from paishi.training.features import OnProgress, need_readable
from paishi.training.photo_set import Photo, PhotoSet, find_photo_set, some_of
from paishi.training.pictures import PictureReader, Unreadable, picture_reader


class Measured(NamedTuple):
    """Figures of `photos`, whose `label` is the number of a class of the model, `labels`."""

    evaluation: Evaluation
    labels: tuple[Label, ...]
    photos: tuple[Photo, ...]
    unreadable: tuple[Unreadable, ...]


def measure(
    folder: Path,
    recogniser: Recogniser,
    settings: Settings,
    on_progress: OnProgress = lambda done, total: None,
) -> Measured:
    """Names the photos in `folder`, of which those in `val` if it is divided. Blocks.

    A folder belongs to the class with its name as id, label, English or Chinese name. Raises TrainingRefused,
    SelfTestFailed.
    """
    photo_set = find_photo_set(folder, fewest_classes=1)
    number = class_numbers(photo_set, recogniser.labels.classes)
    photos = [
        photo._replace(label=number[photo.label])
        for photo in photo_set.photos
        if photo.part == "val" or not photo_set.is_divided
    ]
    if not photos:
        raise TrainingRefused(f"{folder}: there are no photos in its folders.")
    reader = picture_reader(settings)
    try:
        rows, unreadable = asyncio.run(_named(photos, recogniser, reader, on_progress))
    finally:
        reader.decoder.workers.close()
    need_readable(unreadable, len(photos))
    read = tuple(photo for photo, row in zip(photos, rows, strict=True) if row is not None)
    evaluation = Evaluation(
        tuple(label.label for label in recogniser.labels.classes),
        np.array([photo.label for photo in read], np.intp),
        np.stack([row for row in rows if row is not None]),
    )
    return Measured(evaluation, recogniser.labels.classes, read, tuple(unreadable))


def class_numbers(photo_set: PhotoSet, labels: Sequence[Label]) -> list[int]:
    """The number of the class in `labels` of each folder. Raises TrainingRefused for a folder of none."""
    exact: dict[str, set[int]] = defaultdict(set)
    for number, label in enumerate(labels):
        for name in (label.id, label.label):
            exact[name].add(number)
    loose: dict[str, set[int]] = defaultdict(set)
    for number, label in enumerate(labels):
        for name in label:
            loose[_loosely(name)].add(number)
    found: list[int] = []
    unknown: list[str] = []
    for name in photo_set.classes:
        numbers = exact.get(name) or loose.get(_loosely(name), set())
        if len(numbers) == 1:
            found.extend(numbers)
        else:
            near = get_close_matches(_loosely(name), loose, n=1)
            unknown.append(f"{name} (perhaps {near[0]}?)" if near else name)
    if unknown:
        raise TrainingRefused(
            f"The model has no class, or several, of these names: {some_of(unknown)}. Name each folder after "
            "the id or label of its class."
        )
    return found


def _loosely(name: str) -> str:
    return name.casefold().replace("_", " ").strip()


async def _named(
    photos: Sequence[Photo], recogniser: Recogniser, reader: PictureReader, on_progress: OnProgress
) -> tuple[list[NDArray[np.float32] | None], list[Unreadable]]:
    """Probabilities of each photo, None for one that could not be read."""
    await recogniser.self_test()
    unreadable: list[Unreadable] = []
    rows: list[NDArray[np.float32] | None] = []

    def views(photo: Photo) -> NDArray[np.uint8] | Unreadable:
        try:
            data = reader.read(photo.file)
            return reader.picture(data, recogniser.input_size, recogniser.fit).views
        except OSError as error:
            return Unreadable(photo.file, f"{error.strerror or error}")
        except (PhotoError, ResourcesExhausted) as error:
            return Unreadable(photo.file, error.detail)

    for done, found in enumerate(reader.each(photos, views), 1):
        if isinstance(found, Unreadable):
            unreadable.append(found)
            rows.append(None)
        else:
            rows.append((await recogniser.runtime.softmax(found)).mean(axis=0))
        on_progress(done, len(photos))
    return rows, unreadable
