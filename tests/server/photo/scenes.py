"""Pictures with known pixels, and the eight ways to store one scene."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tests.server.photo.decoding import decode

MANY = 50_000_000

# How a camera in this position stores an upright scene: the inverse of the tag's turn.
STORED_AS = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def scene(width: int = 96, height: int = 64) -> Image.Image:
    """Asymmetric in every turn: red grows to the right, green downwards, a blue corner at the top left."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[..., 0] = np.linspace(0, 255, width)[None, :]
    pixels[..., 1] = np.linspace(0, 255, height)[:, None]
    pixels[: height // 4, : width // 4, 2] = 255
    return Image.fromarray(pixels)


def stored(picture: Image.Image, tag: int) -> Image.Image:
    turn = STORED_AS[tag]
    return picture if turn is None else picture.transpose(turn)


def exif(tag: int) -> bytes:
    block = Image.Exif()
    block[0x0112] = tag
    return block.tobytes()


def pixels(picture: Image.Image) -> NDArray[np.int16]:
    return np.asarray(picture).astype(np.int16)


def decoded(data: bytes, **options: bool | int) -> NDArray[np.int16]:
    """Pixels of a photo as the server decodes it, checked to be 8-bit RGB."""
    picture = decode(data, max_pixels=MANY, **options)  # type: ignore[arg-type]
    assert picture.mode == "RGB"
    return pixels(picture)


def assert_close(got: NDArray[np.int16], expected: NDArray[np.int16], most: int = 1) -> None:
    assert got.shape == expected.shape
    assert np.abs(got - expected).max() <= most
