"""Fits a picture of any size to the square views that a model takes."""

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from paishi.choices import Fit

Box = tuple[float, float, float, float]
"""Left, top, right, bottom, in pixels or as fractions of a picture's size."""

# ImageNet's usual test view: short side scaled to 256, then the central 224 cropped.
_CROP = 224 / 256

# JPEG reduces by averaging blocks: at twice the fitted size no difference shows, at once it does.
_SPARE = 2


def fit(picture: Image.Image, size: int, way: Fit) -> NDArray[np.uint8]:
    """Returns views of an RGB picture, shape (n, size, size, 3), dtype uint8, range 0-255.

    "crop" keeps the aspect ratio and crops the centre (n = 1), "squash" keeps the whole picture and changes
    the aspect ratio (n = 1), "both" gives squash, then crop (n = 2): average the probabilities over n.
    """
    return np.stack([_view(picture, size, box) for box in boxes(*picture.size, size, way)])


def boxes(width: int, height: int, size: int, way: Fit) -> list[Box]:
    """Returns the boxes of the views of `fit` on a picture of `width` by `height` pixels, in its pixels."""
    kinds = {"squash": [_whole], "crop": [_centre], "both": [_whole, _centre]}[way]
    return [box(width, height, size) for box in kinds]


def short_side_for(size: int, way: Fit) -> int:
    """Returns the least short side in pixels of a reduced photo for which `fit` shows no difference."""
    fitted = size if way == "squash" else size / _CROP
    return math.ceil(_SPARE * fitted)


def _whole(width: int, height: int, size: int) -> Box:
    return 0, 0, width, height


def _centre(width: int, height: int, size: int) -> Box:
    """The box of "short side to 256, centre 224", in pixels of the original picture.

    One resize out of this box gives the same pixels without the intermediate picture, which for a strip of
    1 x 65535 would have four thousand million pixels.
    """
    scale = size / _CROP / min(width, height)
    wide, high = round(width * scale), round(height * scale)
    left, top = (wide - size) // 2, (high - size) // 2
    across, down = width / wide, height / high
    return left * across, top * down, (left + size) * across, (top + size) * down


def _view(picture: Image.Image, size: int, box: Box) -> NDArray[np.uint8]:
    return np.asarray(picture.resize((size, size), Image.Resampling.HAMMING, box))
