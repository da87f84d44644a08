"""Values on a grid, laid on another that covers more or is finer."""

import numpy as np
from numpy.typing import NDArray

from paishi.photo.fit import Box

Grid = NDArray[np.float32]
"""(rows, columns): the first row is the top of a picture, each value stands at the middle of its cell."""

WHOLE: Box = (0.0, 0.0, 1.0, 1.0)
_PARTS = 4
"""Points that a cell is read at along each side, so that what lies between two points is not missed."""


def resampled(grid: Grid, box: Box, rows: int, columns: int) -> Grid:
    """`grid`, which covers `box` in fractions of a picture, on `rows` by `columns` that cover all of it.

    Linear between the middles of cells, constant from the outer middles to the edge of the box, 0 beyond it.
    """
    left, top, right, bottom = box
    down = _reading(grid.shape[0], top, bottom, rows)
    across = _reading(grid.shape[1], left, right, columns)
    return np.asarray(down @ grid @ across.T, np.float32)


def _reading(cells: int, start: float, end: float, count: int) -> Grid:
    """(count, cells): how much of each cell a point of the new grid takes, along one side."""
    points = (np.arange(count * _PARTS) + 0.5) / (count * _PARTS)
    inside = (points - start) / (end - start)
    at = np.clip(inside * cells - 0.5, 0, cells - 1)
    shares = np.maximum(0, 1 - np.abs(at[:, None] - np.arange(cells)))
    shares[(inside < 0) | (inside > 1)] = 0
    mean: Grid = shares.reshape(count, _PARTS, cells).mean(axis=1).astype(np.float32)
    return mean
