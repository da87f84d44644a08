"""Folders of pictures made by code, as an operator would lay them out."""

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from tests.server.pictures import file_of

COLOURS = {"red": (220, 40, 40), "green": (40, 200, 60), "blue": (50, 60, 220)}


def scene(colour: str, number: int, side: int = 96) -> Image.Image:
    """A disc of `colour` at some place of a rough background; all numbers differ."""
    random = np.random.default_rng([number, *colour.encode()])
    coarse = random.integers(60, 200, (6, 6, 3), np.uint8)
    picture = Image.fromarray(coarse).resize((side, side), Image.Resampling.BICUBIC)
    radius = int(random.integers(side // 5, side // 3))
    left, top = (int(place) for place in random.integers(0, side - 2 * radius, 2))
    ImageDraw.Draw(picture).ellipse((left, top, left + 2 * radius, top + 2 * radius), fill=COLOURS[colour])
    return picture


def colour_folder(
    folder: Path, colours: Sequence[str] = ("red", "green"), count: int = 8, first: int = 0
) -> Path:
    """Writes `count` pictures a colour, from number `first` on, each colour a class."""
    for colour in colours:
        (folder / colour).mkdir(parents=True)
        for number in range(first, first + count):
            (folder / colour / f"{number:02}.jpg").write_bytes(file_of(scene(colour, number)))
    return folder


def recompressed(file: Path) -> bytes:
    """The picture of `file` in half its size and a low quality."""
    with Image.open(file) as picture:
        small = picture.convert("RGB").resize((picture.width // 2, picture.height // 2))
    target = io.BytesIO()
    small.save(target, "JPEG", quality=60)
    return target.getvalue()
