"""Vectors of photos, prototypes of taught things, and the score of a photo for each thing; NumPy alone.

A thing is represented by the mean of its photos' vectors, as in Snell et al., Prototypical Networks for
Few-shot Learning, NIPS 2017, section 2.3.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from paishi.choices import Fit
from paishi.runtimes.base import Outputs, VectorOutput
from paishi.teaching.constants import Constants

_VECTORS = "1"
"""Version of what an Example holds. Increase it with every change of `Space.seen` or `Space.example`."""


class Seen(NamedTuple):
    """One photo: the model's `probabilities` (classes,) and its unit `vector` (dimensions,), both float32 and
    the mean of its views."""

    probabilities: NDArray[np.float32]
    vector: NDArray[np.float32]


class Example(NamedTuple):
    """What is kept of a taught photo: its unit `vector` (dimensions,), and its probabilities as `profile`
    (classes,) if the space uses them, both float32."""

    vector: NDArray[np.float32]
    profile: NDArray[np.float32] | None


@dataclass(frozen=True, slots=True, eq=False)
class Prototypes:
    """Taught things `ids`, each with one row: unit `vectors` (n, dimensions), and if the space uses profiles
    the unit roots of their mean as `profiles` (n, classes), float32."""

    ids: tuple[str, ...]
    vectors: NDArray[np.float32]
    profiles: NDArray[np.float32] | None

    @classmethod
    def of(cls, space: Space, things: Mapping[str, Sequence[Example]]) -> Prototypes:
        """Averages the examples of each of `things`, by id; a thing without examples is left out."""
        taught = {key: examples for key, examples in things.items() if examples}
        vectors = np.zeros((len(taught), space.dimensions), np.float32)
        for row, examples in enumerate(taught.values()):
            vectors[row] = _unit(np.mean([example.vector for example in examples], axis=0))
        if not space.constants.profile:
            return cls(tuple(taught), vectors, None)
        roots = [
            _root(np.mean([one.profile for one in examples if one.profile is not None], axis=0))
            for examples in taught.values()
        ]
        profiles = np.array(roots, np.float32)
        return cls(tuple(taught), vectors, profiles)

    def vector(self, key: str) -> NDArray[np.float32]:
        """Unit vector of the thing with the id `key`."""
        vector: NDArray[np.float32] = self.vectors[self.ids.index(key)]
        return vector


class TaughtName(NamedTuple):
    """Id and name of a taught thing."""

    id: str
    name: str


class Share(NamedTuple):
    """Probability of the taught thing `id`."""

    id: str
    probability: float


class Space:
    """The vectors of one model, `vector`, on photos fitted in the way `fit`, and how they are compared.

    Vectors of spaces with equal `fingerprint` can be compared, others never.
    """

    def __init__(self, vector: VectorOutput, constants: Constants, fit: Fit) -> None:
        self.dimensions = vector.size
        self.constants = constants
        parts = _VECTORS, vector.identity, fit, str(bool(constants.profile))
        self.fingerprint = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
        # Negative weights tell classes apart; the rest of a column is what a photo of the class looks like.
        self._columns = _unit(np.ascontiguousarray(np.maximum(vector.head.T, 0)))

    def seen(self, outputs: Outputs) -> Seen:
        """Averages the views of one photo."""
        return Seen(outputs.softmax.mean(axis=0), _unit(_unit(outputs.vectors).mean(axis=0)))

    def example(self, seen: Seen) -> Example:
        return Example(seen.vector, seen.probabilities if self.constants.profile else None)

    def scores(self, seen: Seen, prototypes: Prototypes) -> dict[str, float]:
        """Scores the photo for each thing.

        A score is the cosine to the thing's vector, less the greatest cosine to a column of the head, which
        is the model's own prototype of a class in the same space: a photo of anything that is near to a class
        needs more to be taken for a taught thing. If the head has few classes, most photos are near to none,
        so that a floor counts instead. The cosine of the profiles is added with its weight.
        """
        nearest = max(self.nearest_class(seen), self.constants.floor)
        scores = _products(prototypes.vectors, seen.vector) - nearest
        if prototypes.profiles is not None:
            scores = scores + self.constants.profile * _products(
                prototypes.profiles, _root(seen.probabilities)
            )
        return dict(zip(prototypes.ids, scores.tolist(), strict=True))

    def nearest_class(self, seen: Seen) -> float:
        """Cosine of the photo's vector to the nearest column of the head."""
        return float(_products(self._columns, seen.vector).max())

    def threshold(self, things: int) -> float:
        """Score from which a photo is rather the thing than anything else, if `things` are taught."""
        return self.constants.threshold_for(things)

    def probability(self, score: float, things: int = 1) -> float:
        """Probability that a photo with `score` for a thing shows it, if `things` are taught."""
        return 1 / (1 + math.exp((self.threshold(things) - score) / self.constants.spread))

    def shares(self, seen: Seen, prototypes: Prototypes) -> list[Share]:
        """Probabilities of the taught things, the best first; what they leave of 1 is that of all classes.

        The best one gets its own probability, as if there were no others. Of the rest, the others get what
        the second would get, in the ratio of their odds, so that many improbable things take next to nothing
        from the classes.
        """
        scores = self.scores(seen, prototypes)
        ranked = sorted(scores.items(), key=lambda item: -item[1])
        found = [Share(key, self.probability(score, len(ranked))) for key, score in ranked]
        if len(found) < 2:
            return found
        best, second, *_ = found
        odds = np.exp([(score - ranked[1][1]) / self.constants.spread for _, score in ranked[1:]])
        rest = (1 - best.probability) * second.probability * odds / odds.sum()
        return [best, *(Share(key, share) for (key, _), share in zip(ranked[1:], rest.tolist(), strict=True))]

    def similarity(self, maps: NDArray[np.float32], prototype: NDArray[np.float32]) -> NDArray[np.float32]:
        """Cosine of each cell of the last feature `maps` (n, height, width, dimensions) to a thing's unit
        vector `prototype` (dimensions,), float32 (n, height, width)."""
        cosines: NDArray[np.float32] = _unit(maps) @ prototype
        return cosines


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Scales the last axis to length 1; zeros stay."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    unit: NDArray[np.float32] = (vectors / np.maximum(lengths, np.finfo(np.float32).tiny)).astype(np.float32)
    return unit


def _products(rows: NDArray[np.float32], vector: NDArray[np.float32]) -> NDArray[np.float32]:
    """`rows @ vector` on this thread alone, in 0.4 ms for 1000 rows of 1280.

    The threads of BLAS would wait for cores that inference uses: on two busy cores, one product in ten took
    30 ms.
    """
    products: NDArray[np.float32] = np.einsum("ij,j->i", rows, vector)
    return products


def _root(probabilities: NDArray[np.float32]) -> NDArray[np.float32]:
    """Unit vector of the square roots."""
    return _unit(np.sqrt(np.maximum(probabilities, 0)))
