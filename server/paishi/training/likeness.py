"""Photos that must not be told apart by a split: copies, and series of one thing."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from paishi.photo.difference_hash import are_copies

SERIES = 0.85
"""Cosine from which two photos of a class are of one series: measured, different ones reach 0.70."""

_ROWS = 512
"""Photos that are compared with all others at once, which bounds memory."""

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Likeness:
    """Pairs of indices of photos, the smaller first: `copies` of one picture, and `series` of one class."""

    copies: tuple[Pair, ...]
    series: tuple[Pair, ...]

    def groups(self, photos: int) -> NDArray[np.intp]:
        """The number of the group of each of `photos`: what pairs join, in however many steps, is one."""
        parent = list(range(photos))

        def root(index: int) -> int:
            while parent[index] != index:
                parent[index] = index = parent[parent[index]]
            return index

        for one, other in (*self.copies, *self.series):
            low, high = sorted((root(one), root(other)))
            parent[high] = low
        return np.array([root(index) for index in range(photos)], np.intp)


def find_likeness(
    contents: Sequence[str],
    hashes: NDArray[np.uint64],
    vectors: NDArray[np.float32],
    labels: NDArray[np.intp],
) -> Likeness:
    """Compares photos by the hash of their bytes, by difference hash (n, 4) uint64, and by cosine of
    `vectors` (n, d); the last only within a class, since things of different classes may well look alike."""
    copies = set(_same(contents)) | set(_alike(hashes))
    series = set(_in_series(vectors, labels)) - copies
    return Likeness(tuple(sorted(copies)), tuple(sorted(series)))


def _same(contents: Sequence[str]) -> Iterator[Pair]:
    first: dict[str, int] = {}
    for index, content in enumerate(contents):
        if content in first:
            yield first[content], index
        else:
            first[content] = index


def _alike(hashes: NDArray[np.uint64]) -> Iterator[Pair]:
    for start in range(0, len(hashes), _ROWS):
        yield from _upper(are_copies(hashes[start : start + _ROWS], hashes), start)


def _in_series(vectors: NDArray[np.float32], labels: NDArray[np.intp]) -> Iterator[Pair]:
    unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        for start in range(0, len(members), _ROWS):
            close = unit[members[start : start + _ROWS]] @ unit[members].T >= SERIES
            for row, column in _upper(close, start):
                yield int(members[row]), int(members[column])


def _upper(matrix: NDArray[np.bool_], start: int) -> Iterator[Pair]:
    """Indices of what is true above the diagonal of a matrix whose rows begin at `start`."""
    for row, column in np.argwhere(matrix):
        if row + start < column:
            yield int(row) + start, int(column)


def gathered(pairs: Iterable[Pair]) -> list[list[int]]:
    """The photos of `pairs` as lists, each of what belongs together, in order."""
    pairs = tuple(pairs)
    most = max((other for _, other in pairs), default=-1) + 1
    groups = Likeness(pairs, ()).groups(most)
    members = defaultdict(list)
    for index in sorted({index for pair in pairs for index in pair}):
        members[int(groups[index])].append(index)
    return list(members.values())
