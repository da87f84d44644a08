"""Grids of 0 to 1 as colours over a picture."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from paishi.photo.fit import Box
from paishi.photo.grid import Grid, resampled

_MOST = 0.75  # of the colour: the picture shows through even where the grid is 1
_UNSEEN = 0.45  # of its brightness is left to what lies outside the box


def overlay(picture: Image.Image, grid: Grid, box: Box) -> Image.Image:
    """`picture`, RGB, under the colours of `grid`, which covers `box` in fractions of it.

    Nothing covers a value of 0, and the higher the value the less shows through; outside the box it is dark.
    """
    width, height = picture.size
    pixels = np.asarray(picture, np.float32)
    values = np.clip(resampled(grid, box, height, width), 0, 1)
    cover = (_MOST * np.sqrt(values))[..., None]
    heated = pixels * (1 - cover) + _COLOURS[np.rint(values * 255).astype(np.uint8)] * cover
    seen = resampled(np.ones((1, 1), np.float32), box, height, width)[..., None]
    shown = heated * (_UNSEEN + (1 - _UNSEEN) * seen)
    return Image.fromarray(np.rint(shown).astype(np.uint8))


def _colours() -> NDArray[np.float32]:
    """256 colours, sRGB 0..255, from dark violet over red to light yellow.

    Equal steps of the value are equal steps of lightness, so that the colours rank as the values do, in grey
    and for the colour-blind too. Lightness and hue are those of OKLab, whose matrices these are:
    B. Ottosson, A perceptual color space for image processing, 2020.
    """
    at = np.linspace(0, 1, 256)
    lightness = 0.35 + 0.6 * at
    chroma = 0.17 - 0.03 * at
    hue = np.radians(300 + 155 * at)
    lab = np.stack([lightness, chroma * np.cos(hue), chroma * np.sin(hue)])
    cones = np.array(
        [
            [1, 0.3963377774, 0.2158037573],
            [1, -0.1055613458, -0.0638541728],
            [1, -0.0894841775, -1.2914855480],
        ]
    )
    rgb = np.array(
        [
            [4.0767416621, -3.3077115913, 0.2309699292],
            [-1.2684380046, 2.6097574011, -0.3413193965],
            [-0.0041960863, -0.7034186147, 1.7076147010],
        ]
    )
    linear = np.clip(rgb @ (cones @ lab) ** 3, 0, 1)
    srgb = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    colours: NDArray[np.float32] = (255 * srgb.T).astype(np.float32)
    return colours


_COLOURS = _colours()
