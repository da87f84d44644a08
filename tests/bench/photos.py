"""Photos for the load, made on the spot: what costs time is their size in pixels and in bytes."""

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

_ORIENTATION = 0x0112
_HELD_UPRIGHT = 6
_STEPS = 9


@dataclass(frozen=True, slots=True)
class PhotoKind:
    """`width` and `height` in pixels as stored, `size` of the JPEG file in bytes."""

    name: str
    width: int
    height: int
    size: int


SMALL = PhotoKind("100 KB", 1000, 750, 108_000)
PHONE = PhotoKind("12 MP", 4000, 3000, 3_800_000)


def make_photo(kind: PhotoKind, seed: int = 0) -> bytes:
    """A JPEG within 3 % of `kind.size` bytes: quality 85, 4:2:0, tagged as from a phone held upright.

    Soft shapes as a scene has them; the grain of a sensor makes up the bytes, so that decoding costs
    what it costs for a photo of that size.
    """
    random = np.random.default_rng(seed)
    scene = _scene(kind, random)
    grain = random.standard_normal((kind.height, kind.width, 1), np.float32)
    low, high = 0.0, 40.0
    for _ in range(_STEPS):
        strength = (low + high) / 2
        file = _jpeg(scene + strength * grain)
        if abs(len(file) - kind.size) < 0.03 * kind.size:
            break
        low, high = (strength, high) if len(file) < kind.size else (low, strength)
    return file


def _scene(kind: PhotoKind, random: np.random.Generator) -> NDArray[np.float32]:
    light = Image.fromarray(random.integers(40, 216, (6, 8, 3), np.uint8))
    picture = light.resize((kind.width, kind.height), Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(picture)
    for _ in range(60):
        x, y = random.uniform(0, kind.width), random.uniform(0, kind.height)
        radius = kind.width * random.uniform(0.01, 0.12)
        colour = tuple(int(channel) for channel in random.integers(0, 256, 3))
        draw.ellipse((x - radius, y - radius * 0.7, x + radius, y + radius * 0.7), fill=colour)
    return np.asarray(picture, np.float32)


def _jpeg(pixels: NDArray[np.float32]) -> bytes:
    file = io.BytesIO()
    exif = Image.Exif()
    exif[_ORIENTATION] = _HELD_UPRIGHT
    Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(file, "JPEG", quality=85, exif=exif)
    return file.getvalue()
