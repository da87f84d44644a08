"""How well taught things are told from each other and from everything else."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from paishi.teaching.shelf import Shelf
from paishi.teaching.space import Example, Prototypes, Seen, Space
from paishi.teaching.things import public_id

TAKEN_AT = 0.5
"""Probability from which a photo is taken for a taught thing."""


class Nearest(NamedTuple):
    """The taught thing that a photo is nearest to, by its id; the `score`, and whether it is taken for it."""

    id: str
    score: float
    taken: bool


class LeftOut(NamedTuple):
    """A taught photo of `id`, compared with all others; `nearest` is what it was then nearest to."""

    id: str
    nearest: Nearest


def nearest(space: Space, seen: Seen, prototypes: Prototypes) -> Nearest:
    """Returns what a server would take the photo for; `prototypes` has at least one thing."""
    scores = space.scores(seen, prototypes)
    best = max(scores, key=scores.__getitem__)
    return Nearest(best, scores[best], space.probability(scores[best], len(scores)) >= TAKEN_AT)


def leave_one_out(space: Space, shelf: Shelf) -> list[LeftOut]:
    """Compares each taught photo with the things as they would be without it; a thing needs two photos.

    Photos of one thing are often of one series, so that this is more than a new photo would reach.
    """
    taught = {
        public_id(key): [shelf.examples[key, photo.number] for photo in shelf.things[key].photos]
        for key in shelf.ready
    }
    found = []
    for key, examples in taught.items():
        for index, example in enumerate(examples if len(examples) > 1 else []):
            others = {**taught, key: examples[:index] + examples[index + 1 :]}
            near = nearest(space, _seen(example), Prototypes.of(space, others))
            found.append(LeftOut(key, near))
    return found


def holding_threshold(scores: Sequence[float], share: float) -> float:
    """Returns the least threshold at which at most `share` of `scores` are at or above it."""
    ranked = np.sort(np.asarray(scores))[::-1]
    allowed = int(share * len(ranked))
    return float(np.nextafter(ranked[allowed], np.inf)) if allowed < len(ranked) else float(ranked[-1])


def _seen(example: Example) -> Seen:
    profile = np.empty(0, np.float32) if example.profile is None else example.profile
    return Seen(profile, example.vector)
