"""A picture of any size to the square views that a network takes."""

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from paishi.choices import Fit

Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""

# ImageNet's usual test view: short side to 256, the centre 224 cut out.
_CROP = 224 / 256

# JPEG reduces by averaging blocks: at twice the fitted size nothing shows, at once it does.
_SPARE = 2


def fit(picture: Image.Image, size: int, way: Fit) -> NDArray[np.uint8]:
    """Views of an RGB picture, shape (n, size, size, 3), dtype uint8, range 0-255.

    "crop" keeps the aspect and cuts the centre out (n = 1), "squash" keeps the whole and loses the
    aspect (n = 1), "both" gives squash, then crop (n = 2): average the probabilities over n.
    """
    return np.stack([_view(picture, size, box) for box in boxes(*picture.size, size, way)])


def boxes(width: int, height: int, size: int, way: Fit) -> list[Box]:
    """Where the views of `fit` lie on a picture of `width` by `height` pixels, in its pixels."""
    kinds = {"squash": [_whole], "crop": [_centre], "both": [_whole, _centre]}[way]
    return [box(width, height, size) for box in kinds]


def short_side_for(size: int, way: Fit) -> int:
    """Pixels that a decoder must leave on the short side so that `fit` loses nothing that matters."""
    fitted = size if way == "squash" else size / _CROP
    return math.ceil(_SPARE * fitted)


def _whole(width: int, height: int, size: int) -> Box:
    return 0, 0, width, height


def _centre(width: int, height: int, size: int) -> Box:
    """Where "short side to 256, centre 224" cuts, in pixels of the unreduced picture.

    One resize out of this box gives those pixels without ever making the reduced picture, which for
    a strip of 1 x 65535 would have four thousand million.
    """
    scale = size / _CROP / min(width, height)
    wide, high = round(width * scale), round(height * scale)
    left, top = (wide - size) // 2, (high - size) // 2
    across, down = width / wide, height / high
    return left * across, top * down, (left + size) * across, (top + size) * down


def _view(picture: Image.Image, size: int, box: Box) -> NDArray[np.uint8]:
    return np.asarray(picture.resize((size, size), Image.Resampling.HAMMING, box))
