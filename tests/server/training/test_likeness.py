import io
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from paishi.photo.difference_hash import difference_hash
from paishi.training.likeness import Likeness, find_likeness, gathered
from tests.server.conftest import need_shared
from tests.server.pictures import listed_photos
from tests.server.training.photo_folders import recompressed

APART = np.eye(8, dtype=np.float32)


def hashes(*pictures: Image.Image) -> NDArray[np.uint64]:
    return np.stack([difference_hash(picture) for picture in pictures])


def no_hashes(count: int) -> NDArray[np.uint64]:
    return np.zeros((count, 4), np.uint64)


def labels(*values: int) -> NDArray[np.intp]:
    return np.array(values, np.intp)


def test_the_same_bytes_are_copies_in_any_class() -> None:
    found = find_likeness(["x", "y", "x"], no_hashes(3), APART[:3], labels(0, 0, 1))
    assert found == Likeness(copies=((0, 2),), series=())


@pytest.fixture(scope="module")
def real() -> list[Path]:
    return listed_photos(need_shared("photos"), "ants_bees")[::4]


def test_smaller_recompressed_copies_are_found_and_different_photos_are_not(real: list[Path]) -> None:
    pictures = [Image.open(file).convert("RGB") for file in real]
    copies = [Image.open(io.BytesIO(recompressed(file))).convert("RGB") for file in real]
    every = [*pictures, *copies]
    found = find_likeness(
        list(map(str, range(len(every)))),
        hashes(*every),
        np.eye(len(every), dtype=np.float32),
        labels(*[0] * len(every)),
    )
    assert found.copies == tuple((index, index + len(real)) for index in range(len(real)))


def test_plain_pictures_are_no_copies() -> None:
    plain = hashes(Image.new("RGB", (64, 64), "red"), Image.new("RGB", (64, 64), "blue"))
    assert find_likeness(["1", "2"], plain, APART[:2], labels(0, 0)).copies == ()


def test_series_are_found_within_a_class_alone() -> None:
    near = np.array([[1, 0], [0.9, 0.2], [1, 0.1], [0, 1]], np.float32)
    found = find_likeness(list("abcd"), no_hashes(4), near, labels(0, 0, 1, 0))
    assert found == Likeness(copies=(), series=((0, 1),))


def test_pairs_join_groups_in_several_steps() -> None:
    found = Likeness(copies=((0, 3), (4, 5)), series=((3, 2),))
    assert found.groups(6).tolist() == [0, 1, 0, 0, 4, 4]
    assert gathered(found.copies) == [[0, 3], [4, 5]]
