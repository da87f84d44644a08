"""Explains a prediction: the evidence for a class, located on the photo."""

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
    recogniser: Recogniser, insight: Insight, located: LocatedViews, classes: Sequence[int] | None
) -> Explained:
    """Explains the most probable of `classes`; None means all.

    Negative evidence counts as 0 and the strongest is scaled to 1 (Selvaraju et al., Grad-CAM, ICCV 2017,
    section 3). Several views give one grid over the whole photo with their mean, in which a view counts 0
    outside its box. Raises ModelError.
    """
    probabilities = (await recogniser.runtime.softmax(located.views)).mean(axis=0)
    among = range(len(probabilities)) if classes is None else classes
    index = max(among, key=lambda one: float(probabilities[one]))
    evidence = await insight.evidence(located.views, index)
    grid, box = _joined(evidence.maps, located.boxes)
    prediction = recogniser.prediction(index, float(probabilities[index]))
    return Explained(prediction, evidence.method, _positive(grid), box)


async def explain_taught(
    recogniser: Recogniser,
    insight: Insight,
    located: LocatedViews,
    prototypes: Prototypes,
    thing: TaughtName,
) -> Explained:
    """Explains what of the photo resembles `thing`, one of `prototypes`.

    The evidence is the similarity of each cell of the last feature map to the thing, scaled as in `explain`.
    Only if `recogniser.space` is not None. Raises ModelError.
    """
    assert recogniser.space
    shares = recogniser.space.shares(await recogniser.see(located.views), prototypes)
    share = next(share for share in shares if share.id == thing.id)
    maps = await insight.maps(located.views)
    grid, box = _joined(recogniser.space.similarity(maps, prototypes.vector(thing.id)), located.boxes)
    return Explained(taught_prediction(thing.name, share), "similarity", _positive(grid), box)


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
