"""Rough kinds of classes, for photos whose name is uncertain: a dog, a vehicle, food.

They are WordNet's hypernyms (version 3.0, of which ImageNet's ids are offsets), chosen and named for what
people say: no placentals, no instrumentalities.
"""

import json
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from paishi.recognition.labels import LABELS, Labels, load_labels

SHOWN_AT = 0.9
"""Probability of a kind, the sum over its classes, from which it is shown: with EfficientNetLite0, 26 of the
61 of 300 validation photos that have no confident name, all of them rightly; at 0.85 it is 37, with one
wrong."""


class Kind(NamedTuple):
    """A kind with its English name, including the article, and its Chinese one."""

    id: str
    en: str
    zh: str


class Kinds:
    """The kinds of a list of classes."""

    def __init__(self, labels: Labels) -> None:
        index = {label.id: number for number, label in enumerate(labels.classes)}
        rows = json.loads((LABELS / f"{labels.name}_kinds.json").read_text(encoding="utf-8"))
        rows.sort(key=lambda row: len(row["classes"]))
        self.kinds = tuple(Kind(row["id"], **row["name"]) for row in rows)
        self.members = np.zeros((len(rows), len(labels.classes)), np.float32)
        """(kinds, classes): 1 where the class is of the kind; the most special kinds first."""
        for number, row in enumerate(rows):
            self.members[number, [index[wnid] for wnid in row["classes"]]] = 1

    def best(self, probabilities: NDArray[np.float32]) -> tuple[Kind, float] | None:
        """Returns the most special kind that is probable enough, and its probability.

        `probabilities` has shape (classes,), float32.
        """
        sums = self.members @ probabilities
        probable = np.flatnonzero(sums >= SHOWN_AT)
        if not len(probable):
            return None
        first = int(probable[0])
        return self.kinds[first], float(sums[first])


@cache
def load_kinds(name: str) -> Kinds:
    """Reads `shared/labels/<name>_kinds.json`: an array of `{"id", "name": {"en", "zh"}, "classes"}`."""
    return Kinds(load_labels(name))
