"""Explains predictions: the evidence for classes, located on the photo."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from paishi.contract import Prediction
from paishi.photo.fit import Box
from paishi.photo.heatmap import WHOLE, Grid, resampled
from paishi.photo.reader import LocatedViews
from paishi.recognition.recogniser import Recogniser, taught_prediction
from paishi.runtimes.insight import Insight, Method
from paishi.teaching.space import Prototypes, TaughtName

_FINER = 4
"""Cells per side of the joint grid for each cell of a view, because the views' cells do not align."""


class Explained(NamedTuple):
    """Evidence for a class or a taught thing.

    `grid`, 0 to 1, covers `box`, in fractions of the upright photo.
    """

    prediction: Prediction
    method: Method
    grid: Grid
    box: Box


async def explain(
    recogniser: Recogniser,
    insight: Insight,
    located: LocatedViews,
    choices: Sequence[Sequence[int] | None],
) -> list[Explained]:
    """Explains the most probable class of each of `choices`; None means all classes.

    Negative evidence counts as 0 and the strongest is scaled to 1 (Selvaraju et al., Grad-CAM, ICCV 2017,
    section 3). Several views give one grid over the whole photo with their mean, in which a view counts 0
    outside its box. Raises ModelError.
    """
    probabilities = (await recogniser.runtime.softmax(located.views)).mean(axis=0)
    every = range(len(probabilities))
    indices = [
        max(every if classes is None else classes, key=lambda index: float(probabilities[index]))
        for classes in choices
    ]
    method, maps = await insight.evidence(located.views, indices)
    return [
        _explained(recogniser.prediction(index, float(probabilities[index])), method, seen, located.boxes)
        for index, seen in zip(indices, maps, strict=True)
    ]


async def explain_taught(
    recogniser: Recogniser,
    insight: Insight,
    located: LocatedViews,
    prototypes: Prototypes,
    things: Sequence[TaughtName],
) -> list[Explained]:
    """Explains what of the photo resembles each of `things`, which are of `prototypes`.

    The evidence is the similarity of each cell of the last feature map to a thing, scaled as in `explain`.
    Only if `recogniser.space` is not None. Raises ModelError.
    """
    assert recogniser.space
    shares = recogniser.space.shares(await recogniser.see(located.views), prototypes)
    of = {share.id: share for share in shares}
    maps = await insight.maps(located.views)
    return [
        _explained(
            taught_prediction(thing.name, of[thing.id]),
            "similarity",
            recogniser.space.similarity(maps, prototypes.vector(thing.id)),
            located.boxes,
        )
        for thing in things
    ]


def _explained(
    prediction: Prediction, method: Method, maps: NDArray[np.float32], boxes: Sequence[Box]
) -> Explained:
    grid, box = _joined(maps, boxes)
    return Explained(prediction, method, _positive(grid), box)


def _joined(maps: NDArray[np.float32], boxes: Sequence[Box]) -> tuple[Grid, Box]:
    if len(maps) == 1:
        return maps[0], boxes[0]
    rows, columns = (side * _FINER for side in maps.shape[1:])
    on_photo = [resampled(grid, box, rows, columns) for grid, box in zip(maps, boxes, strict=True)]
    mean: Grid = np.mean(on_photo, axis=0)
    return mean, WHOLE


def _positive(grid: Grid) -> Grid:
    positive = np.maximum(grid, 0)
    scaled: Grid = positive / max(float(positive.max()), np.finfo(np.float32).tiny)
    return scaled
