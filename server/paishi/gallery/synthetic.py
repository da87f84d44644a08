"""Small data sets drawn by rules, so that there is something to learn: n examples with what is right.

Pictures are float32 of 0..1, classes int64.
"""

import colorsys
from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Random = np.random.Generator
Digits = Callable[[int, Random], tuple[Floats, Ints]]
"""Makes n digits (n, 28, 28) and their classes."""


def drawn_digits(n: int, random: Random) -> tuple[Floats, Ints]:
    """Printed digits of different sizes, shifted, with noise."""
    classes = random.integers(10, size=n)
    pictures = np.zeros((n, 28, 28), np.float32)
    for picture, digit in zip(pictures, classes, strict=True):
        image = Image.new("L", (28, 28))
        place = tuple(14 + random.integers(-2, 3, 2))
        font = ImageFont.load_default(int(random.integers(20, 27)))
        ImageDraw.Draw(image).text(place, str(digit), 255, font, anchor="mm")
        picture[:] = np.asarray(image) / 255
    return _noisy(pictures, 0.1, random), classes


def clusters(n: int, width: int, random: Random) -> tuple[Floats, Ints]:
    """Vectors around ten points."""
    classes = random.integers(10, size=n)
    return _fixed("clusters", 10, width)[classes] + _normal((n, width), random), classes


def halves(n: int, width: int, random: Random) -> tuple[Floats, Ints]:
    """Vectors on either side of a plane."""
    x = _normal((n, width), random)
    return x, (x @ _fixed("plane", width, 1)[:, 0] > 0).astype(np.int64)


def two_sources(n: int, random: Random) -> tuple[list[Floats], Ints]:
    """78 numbers and one; both decide."""
    many, one = _normal((n, 78), random), _normal((n, 1), random)
    return [many, one], (many[:, :3].sum(1) + 2 * one[:, 0] > 0).astype(np.int64)


def sequences(n: int, random: Random) -> tuple[Floats, Ints]:
    """64 steps of 100 numbers; in half of them a certain pattern of six steps is somewhere in the noise."""
    x, has = _normal((n, 64, 100), random), random.integers(2, size=n)
    pattern = _fixed("pattern", 6, 100)
    for index in np.flatnonzero(has):
        begin = random.integers(58)
        x[index, begin : begin + 6] += pattern
    return x, has


def levels(n: int, steps: int, random: Random) -> tuple[Floats, list[Ints]]:
    """Four stretches on one of ten levels each. Returns the class of the last stretch and of each step."""
    classes = np.repeat(random.integers(10, size=(n, 4)), steps // 4, axis=1)
    x = (classes / 5 - 1 + 0.02 * _normal(classes.shape, random)).astype(np.float32)
    return x[..., None], [classes[:, -1], classes]


def words(n: int, random: Random) -> tuple[Ints, Ints]:
    """Twenty of 1000 words; in some texts three are of the ten that decide."""
    x, has = random.integers(20, 1024, size=(n, 20)), random.integers(2, size=n)
    for index in range(n):
        x[index, random.permutation(20)[:3]] = random.integers(10, size=3) + 10 * has[index]
    return x, has


def headlines(n: int, random: Random) -> tuple[list[NDArray[np.generic]], list[Ints]]:
    """A hundred words, of which the last are good or bad, and five facts; the first can overrule them.

    Returns what is right with and without the facts.
    """
    x, good = random.integers(100, 10_000, size=(n, 100)), random.integers(2, size=n)
    x[:, -10:] = random.integers(20, size=(n, 10)) + 20 * good[:, None]
    facts = _normal((n, 5), random)
    return [x.astype(np.int32), facts], [np.where(facts[:, 0] > 1, 1, good), good]


def authors(n: int, shape: tuple[int, int], random: Random) -> tuple[list[Floats], Ints, Ints]:
    """Pairs of tweets, one-hot letters, by two authors with favourite letters; and who wrote each."""
    length, characters = shape
    who = random.integers(2, size=(n, 2))
    letters = random.integers(characters, size=(n, 2, length))
    favourite = random.random(letters.shape) < 0.5
    letters = np.where(favourite, random.integers(4, size=letters.shape) + 4 * who[..., None], letters)
    x = np.eye(characters, dtype=np.float32)[letters]
    return [x[:, 0], x[:, 1]], who[:, 0], who[:, 1]


def shapes(n: int, side: int, random: Random) -> tuple[Floats, Ints]:
    """Discs and squares in one of five colours: ten classes, (n, side, side, 3)."""
    classes = random.integers(10, size=n)
    pictures = np.zeros((n, side, side, 3), np.float32)
    for picture, shape in zip(pictures, classes, strict=True):
        image = Image.new("RGB", (side, side))
        half = side * random.uniform(0.2, 0.35)
        x, y = random.uniform(half, side - half, 2)
        colour = tuple(round(255 * part) for part in colorsys.hsv_to_rgb(shape // 2 / 5, 1, 1))
        draw = ImageDraw.Draw(image)
        (draw.ellipse if shape % 2 else draw.rectangle)((x - half, y - half, x + half, y + half), colour)
        picture[:] = np.asarray(image) / 255
    return _noisy(pictures, 0.05, random), classes


def two_pictures(n: int, random: Random) -> tuple[list[Floats], Ints]:
    """Shapes of 64 x 64 in grey, and the same of 32 x 32 in colour."""
    pictures, classes = shapes(n, 64, random)
    small = pictures.reshape(n, 32, 2, 32, 2, 3).mean((2, 4))
    return [(pictures.max(-1, keepdims=True) > 0.5).astype(np.float32), small], classes


def clips(n: int, side: int, random: Random) -> tuple[Floats, Ints]:
    """Three frames of a ball that goes to the left or to the right: (n, side, side, 3, 4), of 0..255.

    One frame alone does not tell. Pixels are not scaled down, as VGG16 takes them: without normalisation, the
    signal halves at each of its layers.
    """
    to_the_right = random.integers(2, size=n)
    radius, step = random.uniform(0.12 * side, 0.2 * side, (2, n, 1))
    y, x = random.uniform(0.35 * side, 0.65 * side, (2, n, 1))
    x = x + np.where(to_the_right[:, None], step, -step) * [-1, 0, 1]
    rows, columns, _ = np.mgrid[:side, :side, :3]
    ball = (rows - y[:, None, None]) ** 2 + (columns - x[:, None, None]) ** 2 < radius[:, None, None] ** 2
    volumes = np.repeat(ball[..., None].astype(np.float32), 4, axis=-1)
    return 255 * _noisy(volumes, 0.05, random), to_the_right


def masks(n: int, side: int, random: Random) -> tuple[Floats, Ints]:
    """A bright disc in noise, and which pixels are of it: (n, side, side, 1)."""
    rows, columns = np.mgrid[:side, :side]
    radius = random.uniform(side / 6, side / 3, (n, 1, 1))
    y, x = random.uniform(side / 4, 3 * side / 4, (2, n, 1, 1))
    inside = ((rows - y) ** 2 + (columns - x) ** 2 < radius**2)[..., None]
    return _noisy(0.5 * inside.astype(np.float32), 0.25, random), inside.astype(np.int64)


@cache
def _fixed(name: str, rows: int, columns: int) -> Floats:
    """The same points for training and for new examples."""
    return _normal((rows, columns), np.random.default_rng([len(name), rows, columns]))


def _normal(shape: tuple[int, ...], random: Random) -> Floats:
    return random.standard_normal(shape, np.float32)


def _noisy(pictures: Floats, share: float, random: Random) -> Floats:
    return pictures + share * _normal(pictures.shape, random)
