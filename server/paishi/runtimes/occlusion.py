"""Explains any model by its probabilities alone: which parts of a photo, once covered, cost the class some.

Source: Zeiler and Fergus, Visualizing and Understanding Convolutional Networks, ECCV 2014, section 4.2.
"""

from collections.abc import Awaitable, Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

GRID = 8
"""Cells on each side. A patch covers a cell and half of its neighbours, so that patches overlap."""
_AT_ONCE = 8  # pictures given to the model at once
_LEAST = 1e-12

Softmax = Callable[[NDArray[np.uint8]], Awaitable[NDArray[np.float32]]]
"""`Runtime.softmax`."""


async def occlusion(
    softmax: Softmax, views: NDArray[np.uint8], indices: Sequence[int], independent: bool
) -> NDArray[np.float32]:
    """Losses of log odds of the classes `indices` where a patch of the mean colour covers each view.

    `views` is (n, height, width, 3) uint8 RGB. Returns float32 (classes, n, GRID, GRID). It takes `GRID` ** 2
    + 1 runs of the model for each view, however many classes there are.
    """
    return np.stack([await _one(softmax, view, indices, independent) for view in views], axis=1)


async def _one(
    softmax: Softmax, view: NDArray[np.uint8], indices: Sequence[int], independent: bool
) -> NDArray[np.float32]:
    odds = []
    pictures = np.stack([view, *_covered(view)])
    for start in range(0, len(pictures), _AT_ONCE):
        probabilities = await softmax(pictures[start : start + _AT_ONCE])
        odds.append(np.stack([_log_odds(probabilities, index, independent) for index in indices]))
    whole, covered = np.split(np.concatenate(odds, axis=1), [1], axis=1)
    return (whole - covered).reshape(len(indices), GRID, GRID)


def _covered(view: NDArray[np.uint8]) -> Iterator[NDArray[np.uint8]]:
    """Yields `view` with each patch covered, rows from top to bottom."""
    colour = view.mean(axis=(0, 1)).astype(np.uint8)
    for row in range(GRID):
        for column in range(GRID):
            picture = view.copy()
            picture[_patch(row, view.shape[0]), _patch(column, view.shape[1])] = colour
            yield picture


def _patch(cell: int, pixels: int) -> slice:
    first, last = ((cell + edge) * pixels / GRID for edge in (-0.5, 1.5))
    return slice(max(round(first), 0), max(round(last), 1))


def _log_odds(probabilities: NDArray[np.float32], index: int, independent: bool) -> NDArray[np.float32]:
    wide = probabilities.astype(np.float64)
    # The sum of the others is more exact than 1 - p where the model is almost certain.
    against = 1 - wide[:, index] if independent else np.delete(wide, index, axis=1).sum(axis=1)
    odds: NDArray[np.float32] = np.log(np.maximum(wide[:, index], _LEAST)) - np.log(
        np.maximum(against, _LEAST)
    )
    return odds
