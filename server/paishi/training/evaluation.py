"""How well probabilities name photos."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import confusion_matrix

from paishi.models.backbone import NOT_MEASURED, Confidence

_Z = 1.959964
"""Of a 95 % interval of the normal distribution."""

_RIGHT = 0.95
"""Share of confident first names that should be right."""

_FEWEST = 10
"""Photos above a threshold from which their share counts."""

_BINS = 10


class Interval(NamedTuple):
    """A share of `right` in `of` cases, and the bounds of its 95 % interval, all 0 to 1."""

    share: float
    low: float
    high: float
    right: int
    of: int


class ClassFigures(NamedTuple):
    """`precision`: share of photos with this first name that show it; `recall`: share of its photos that get
    this first name."""

    name: str
    precision: Interval
    recall: Interval


class Bin(NamedTuple):
    """First names with a probability from `low` to `high`: their mean, and the share that is right."""

    low: float
    high: float
    probability: float
    right: Interval


@dataclass(frozen=True, slots=True)
class Evaluation:
    """`probabilities` (photos, classes) of photos with the right `labels`, whose names are `classes`."""

    classes: tuple[str, ...]
    labels: NDArray[np.intp]
    probabilities: NDArray[np.float32]

    @property
    def first(self) -> NDArray[np.intp]:
        """Class of the first name of each photo."""
        return np.asarray(self.probabilities.argmax(axis=1), np.intp)

    @property
    def first_probability(self) -> NDArray[np.float32]:
        return np.asarray(self.probabilities.max(axis=1), np.float32)

    @property
    def is_right(self) -> NDArray[np.bool_]:
        return np.asarray(self.first == self.labels)

    @property
    def accuracy(self) -> Interval:
        return wilson(int(self.is_right.sum()), len(self.labels))

    @property
    def confusion(self) -> NDArray[np.intp]:
        """Photos of class i whose first name is j, at (i, j)."""
        matrix: NDArray[np.intp] = confusion_matrix(
            self.labels, self.first, labels=np.arange(len(self.classes))
        )
        return matrix

    def of_classes(self) -> list[ClassFigures]:
        matrix = self.confusion
        right, given, named = matrix.diagonal(), matrix.sum(axis=1), matrix.sum(axis=0)
        return [
            ClassFigures(
                name,
                wilson(int(right[index]), int(named[index])),
                wilson(int(right[index]), int(given[index])),
            )
            for index, name in enumerate(self.classes)
        ]

    def reliability(self) -> list[Bin]:
        """Bins of equal width that have photos, and all photos in one of them."""
        sure, is_right = self.first_probability, self.is_right
        edges = np.linspace(0, 1, _BINS + 1)
        which = np.clip(np.digitize(sure, edges) - 1, 0, _BINS - 1)
        return [
            Bin(
                float(edges[number]),
                float(edges[number + 1]),
                float(sure[which == number].mean()),
                wilson(int(is_right[which == number].sum()), int((which == number).sum())),
            )
            for number in np.unique(which)
        ]

    @property
    def calibration_error(self) -> float:
        """Mean difference of probability and share of right names, 0 to 1 (expected calibration error)."""
        return sum(one.right.of * abs(one.right.share - one.probability) for one in self.reliability()) / len(
            self.labels
        )

    def confidence(self) -> Confidence:
        """The lowest threshold, at least that of models which were not measured, from which on 95 % of first
        names are right; if there is none, the one with most right names."""
        best: tuple[float, Confidence] | None = None
        for at in np.arange(NOT_MEASURED.at, 1.0, 0.01):
            named, right = self.named_right(float(at))
            if named.right < min(_FEWEST, len(self.labels)):
                break
            found = Confidence(round(float(at), 2), round(100 * named.share), round(100 * right.share))
            if right.share >= _RIGHT:
                return found
            if best is None or right.share > best[0]:
                best = right.share, found
        return best[1] if best else NOT_MEASURED

    def named_right(self, at: float) -> tuple[Interval, Interval]:
        """The share of photos whose first name reaches `at`, corrected for chance as a server does, and the
        share of those that is right."""
        is_named = self.first_probability >= at + (1 - at) / len(self.classes)
        return wilson(int(is_named.sum()), len(self.labels)), wilson(
            int((is_named & self.is_right).sum()), int(is_named.sum())
        )

    def worst(self) -> Sequence[int]:
        """Photos with a wrong first name, the most probable ones first."""
        wrong = np.flatnonzero(~self.is_right)
        return [int(index) for index in wrong[np.argsort(-self.first_probability[wrong], kind="stable")]]


def wilson(right: int, of: int) -> Interval:
    """The 95 % interval of Wilson (1927) for `right` of `of` cases; the whole range for none."""
    if not of:
        return Interval(0.0, 0.0, 1.0, 0, 0)
    share = right / of
    scale = 1 + _Z**2 / of
    centre = (share + _Z**2 / (2 * of)) / scale
    half = _Z * sqrt(share * (1 - share) / of + _Z**2 / (4 * of**2)) / scale
    return Interval(share, max(0.0, centre - half), min(1.0, centre + half), right, of)
