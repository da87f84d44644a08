"""Photos that may lie in the folder of another class."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict

_FOLDS = 5
_SURE = 0.7
_MOST = 24
_LARGEST = 4_000_000
"""Photos times classes that are calculated, which takes less than a minute."""


class Doubtful(NamedTuple):
    """A photo, by index, whose class is rather `suggested`, with that `probability`."""

    photo: int
    suggested: int
    probability: float


def find_doubtful(vectors: NDArray[np.float32], labels: NDArray[np.intp], seed: int) -> list[Doubtful]:
    """Finds photos that a classifier of the others puts into another class, the surest first.

    `vectors` (n, d) are of all photos. Each is judged by a classifier that has not seen it, so that a wrong
    label cannot excuse itself. Returns none if there are too many photos and classes to calculate that.
    """
    counts = np.bincount(labels)
    folds = min(_FOLDS, int(counts[counts > 0].min()))
    if folds < 2 or len(labels) * len(counts) > _LARGEST:
        return []
    unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    found = cross_val_predict(
        LogisticRegression(C=100.0, max_iter=500, solver="newton-cg"),
        _coordinates(unit),
        labels,
        cv=StratifiedKFold(folds, shuffle=True, random_state=seed),
        method="predict_proba",
    )
    suggested = np.unique(labels)[found.argmax(axis=1)]
    sure = found.max(axis=1)
    doubtful = np.flatnonzero((suggested != labels) & (sure >= _SURE))
    best = doubtful[np.argsort(-sure[doubtful], kind="stable")][:_MOST]
    return [Doubtful(int(index), int(suggested[index]), float(sure[index])) for index in best]


def _coordinates(vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    """Returns `vectors` (n, d) in at most n dimensions, with the same distances and angles.

    A linear classifier with an L2 penalty finds the same in both, and fewer dimensions take less time.
    """
    if len(vectors) >= vectors.shape[1]:
        return vectors.astype(np.float64)
    wide = vectors.astype(np.float64)
    squares, directions = np.linalg.eigh(wide @ wide.T)
    return np.asarray(directions * np.sqrt(np.maximum(squares, 0.0)), np.float64)
