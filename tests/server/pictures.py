"""Files of pictures made by code, and the real photos that tests use."""

import io
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw


def noise(width: int = 64, height: int = 48, seed: int = 0) -> Image.Image:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    return Image.fromarray(pixels)


def listed_photos(photos: Path, part: str = "") -> list[Path]:
    """The 140 photos below `photos` that tests use, or those of one `part`, sorted; others may lie there."""
    names = Path(__file__).with_name("photos.txt").read_text().splitlines()
    return [photos / name for name in names if name.startswith(part)]


def file_of(picture: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def crossword() -> bytes:
    """A PNG that ImageNet's models call a crossword puzzle."""
    picture = Image.new("RGB", (640, 640), (245, 245, 240))
    draw = ImageDraw.Draw(picture)
    for row in range(15):
        for column in range(15):
            left, top = 20 + 40 * column, 20 + 40 * row
            is_black = (7 * column + 3 * row) % 5 == 0 and (column + row) % 3 > 0
            fill = (15, 15, 15) if is_black else (252, 252, 250)
            draw.rectangle((left, top, left + 40, top + 40), fill, outline=(30, 30, 30), width=2)
    return file_of(picture, "PNG")
