"""MNIST's files, and those of data sets in its form (Fashion-MNIST, KMNIST): IDX, possibly compressed."""

import gzip
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from paishi.gallery.synthetic import Digits, Floats, Ints, Random


class NoMnist(Exception):
    """The folder has no such files, or damaged ones; the message says which."""


def read_digits(folder: Path) -> Digits:
    """Digits of the training part in `folder`, drawn at random. Raises NoMnist."""
    pictures = _read(folder, "train-images-idx3-ubyte", 3)
    classes = _read(folder, "train-labels-idx1-ubyte", 1)
    if pictures.shape[1:] != (28, 28) or len(pictures) != len(classes) or not set(classes) <= set(range(10)):
        raise NoMnist(
            f"{folder}: {len(pictures)} pictures of {pictures.shape[1:]} and {len(classes)} labels; "
            "28 x 28 pixels of ten classes are wanted."
        )

    def draw(n: int, random: Random) -> tuple[Floats, Ints]:
        chosen = random.integers(len(pictures), size=n)
        return np.divide(pictures[chosen], 255, dtype=np.float32), classes[chosen].astype(np.int64)

    return draw


def _read(folder: Path, name: str, dimensions: int) -> NDArray[np.uint8]:
    """Magic number 8 (bytes) and `dimensions`, the length of each as big-endian uint32, then the values."""
    for file in (folder / name, folder / f"{name}.gz"):
        if file.is_file():
            break
    else:
        raise NoMnist(f"{folder} has no {name} or {name}.gz: take the folder of MNIST's four files.")
    try:
        content = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
        shape = np.frombuffer(content, ">u4", dimensions, offset=4)
        if content[:4] != bytes([0, 0, 8, dimensions]):
            raise ValueError("not in IDX form")
        return np.frombuffer(content, np.uint8, offset=4 + 4 * dimensions).reshape(shape.astype(int))
    except (ValueError, EOFError, OSError) as error:
        raise NoMnist(f"{file} cannot be read: {error}.") from error
