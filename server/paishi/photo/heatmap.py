"""Grids of values on a picture: resampling and colours."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from paishi.photo.fit import Box

Grid = NDArray[np.float32]
"""Values (rows, columns) at the middle of each cell; row 0 is the top of a picture."""

WHOLE: Box = (0.0, 0.0, 1.0, 1.0)
_SAMPLES = 4
"""Samples per side of a new cell, so that no small feature falls between them."""

_OPACITY = 0.75  # of the colour at value 1
_OUTSIDE = 0.45  # brightness outside the box


def resampled(grid: Grid, box: Box, rows: int, columns: int) -> Grid:
    """Resamples `grid`, which covers `box` in fractions of a picture, to (rows, columns) of all of it.

    Linear between the middles of cells, constant from the outer middles to the edge of the box, 0 outside it.
    """
    left, top, right, bottom = box
    down = _weights(grid.shape[0], top, bottom, rows)
    across = _weights(grid.shape[1], left, right, columns)
    return np.asarray(down @ grid @ across.T, np.float32)


def _weights(cells: int, start: float, end: float, count: int) -> Grid:
    """Weights (count, cells) of the old cells in each new one, along one side."""
    points = (np.arange(count * _SAMPLES) + 0.5) / (count * _SAMPLES)
    inside = (points - start) / (end - start)
    at = np.clip(inside * cells - 0.5, 0, cells - 1)
    weights = np.maximum(0, 1 - np.abs(at[:, None] - np.arange(cells)))
    weights[(inside < 0) | (inside > 1)] = 0
    mean: Grid = weights.reshape(count, _SAMPLES, cells).mean(axis=1).astype(np.float32)
    return mean


def overlay(picture: Image.Image, grid: Grid, box: Box) -> Image.Image:
    """Colours an RGB `picture` by `grid`, 0 to 1, which covers `box` in fractions of the picture.

    Value 0 leaves the picture unchanged, higher values cover more; outside the box the picture is dark.
    """
    width, height = picture.size
    pixels = np.asarray(picture, np.float32)
    values = np.clip(resampled(grid, box, height, width), 0, 1)
    cover = (_OPACITY * np.sqrt(values))[..., None]
    heated = pixels * (1 - cover) + _COLOURS[np.rint(values * 255).astype(np.uint8)] * cover
    seen = resampled(np.ones((1, 1), np.float32), box, height, width)[..., None]
    shown = heated * (_OUTSIDE + (1 - _OUTSIDE) * seen)
    return Image.fromarray(np.rint(shown).astype(np.uint8))


def _colours() -> NDArray[np.float32]:
    """256 colours, sRGB 0..255, from dark violet over red to light yellow.

    Lightness is linear in the value, so that the order stays visible in grey and to the colour-blind. The
    matrices are those of OKLab: B. Ottosson, A perceptual color space for image processing, 2020.
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
