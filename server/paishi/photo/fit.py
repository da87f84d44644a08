"""Fits a picture of any size to the views that a model takes."""

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from paishi.choices import Fit
from paishi.models.backbone import Size, height_width

Box = tuple[float, float, float, float]
"""Left, top, right, bottom, in pixels or as fractions of a picture's size."""

# ImageNet's usual test view: short side scaled to 256, then the central 224 cropped.
_CROP = 224 / 256

# JPEG reduces by averaging blocks: at twice the fitted size no difference shows, at once it does.
_SPARE = 2


def fit(picture: Image.Image, size: Size, way: Fit) -> NDArray[np.uint8]:
    """Returns views of an RGB picture, shape (n, height, width, 3) of `size`, dtype uint8, range 0-255.

    "crop" keeps the aspect ratio and crops the centre (n = 1), "squash" keeps the whole picture and changes
    the aspect ratio (n = 1), "both" gives squash, then crop (n = 2): average the probabilities over n.
    """
    return np.stack([_view(picture, size, box) for box in boxes(*picture.size, size, way)])


def boxes(width: int, height: int, size: Size, way: Fit) -> list[Box]:
    """Returns the boxes of the views of `fit` on a picture of `width` by `height` pixels, in its pixels."""
    kinds = {"squash": [_whole], "crop": [_centre], "both": [_whole, _centre]}[way]
    return [box(width, height, size) for box in kinds]


def short_side_for(size: Size, way: Fit) -> int:
    """Returns the least short side in pixels of a reduced photo of any shape for which `fit` shows no
    difference."""
    longer = max(height_width(size))
    fitted = longer if way == "squash" else longer / _CROP
    return math.ceil(_SPARE * fitted)


def _whole(width: int, height: int, size: Size) -> Box:
    return 0, 0, width, height


def _centre(width: int, height: int, size: Size) -> Box:
    """The box of "short side to 256, centre 224", in pixels of the original picture.

    If the input is not square, the picture just covers it, enlarged by the same factor.

    One resize out of this box gives the same pixels without the intermediate picture, which for a strip of
    1 x 65535 would have four thousand million pixels.
    """
    rows, columns = height_width(size)
    scale = max(rows / _CROP / height, columns / _CROP / width)
    wide, high = round(width * scale), round(height * scale)
    left, top = (wide - columns) // 2, (high - rows) // 2
    across, down = width / wide, height / high
    return left * across, top * down, (left + columns) * across, (top + rows) * down


def _view(picture: Image.Image, size: Size, box: Box) -> NDArray[np.uint8]:
    height, width = height_width(size)
    return np.asarray(picture.resize((width, height), Image.Resampling.HAMMING, box))
