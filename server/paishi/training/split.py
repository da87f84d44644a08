"""Divides photos into a part for training and one for validation."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from paishi.training.likeness import Likeness
from paishi.training.photo_set import Photo, PhotoSet, some_of

ClassWeights = Literal["auto", "none"]

_UNBALANCED = 1.5
"""Photos of the largest class for one of the smallest from which `auto` weighs them."""


@dataclass(frozen=True, slots=True)
class Split:
    """Indices of photos; `remarks` are sentences for the operator, `leaks` pairs across the parts."""

    train: NDArray[np.intp]
    val: NDArray[np.intp]
    leaks: tuple[tuple[int, int], ...]
    remarks: tuple[str, ...]


def split(
    photo_set: PhotoSet, photos: tuple[Photo, ...], likeness: Likeness, share: float, seed: int
) -> Split:
    """Takes `share` of each class for validation, by `seed`; copies and series stay in one part.

    Where the folders divide them already, that stays as it is, and copies and series across are `leaks`.
    """
    if photo_set.is_divided:
        is_val = np.array([photo.part == "val" for photo in photos])
        remarks: list[str] = []
    else:
        is_val, remarks = _drawn(photo_set, photos, likeness, share, seed)
    leaks = tuple(pair for pair in (*likeness.copies, *likeness.series) if is_val[pair[0]] != is_val[pair[1]])
    if photo_set.is_divided and leaks:
        names = [photos[one if is_val[one] else other].file.name for one, other in leaks]
        remarks.append(
            f"{len(set(names))} photos in val have a copy, or one of the same series, in train: "
            f"{some_of(sorted(set(names)))}. The figures are better than the model for that."
        )
    return Split(np.flatnonzero(~is_val), np.flatnonzero(is_val), leaks, tuple(remarks))


def _drawn(
    photo_set: PhotoSet, photos: tuple[Photo, ...], likeness: Likeness, share: float, seed: int
) -> tuple[NDArray[np.bool_], list[str]]:
    groups = likeness.groups(len(photos))
    labels = np.array([photo.label for photo in photos])
    is_val = np.zeros(len(photos), bool)
    whole = []
    for label, name in enumerate(photo_set.classes):
        members = np.flatnonzero(labels == label)
        wanted = max(1, round(share * len(members)))
        drawn, fits = _draw(groups[members], wanted, np.random.default_rng([seed, label]))
        is_val[members[drawn]] = True
        if not fits:
            whole.append(name)
    # A group of several classes, which copies in two folders make, goes to one part as well.
    shared = [group for group in np.unique(groups) if len(np.unique(labels[groups == group])) > 1]
    remarks = []
    for group in shared:
        members = np.flatnonzero(groups == group)
        if all(np.any(~is_val & (labels == label) & (groups != group)) for label in labels[members]):
            is_val[members] = False
    if whole:
        remarks.append(
            f"{some_of(whole)}: the photos are so alike that they count as one series, of which a part "
            "had to go to validation. The figures are better than the model for that; take some elsewhere."
        )
    empty = [photo_set.classes[label] for label in np.unique(labels) if not is_val[labels == label].any()]
    if empty:
        remarks.append(f"{some_of(empty)}: no photo is left for validation, as all are in another class too.")
    return is_val, remarks


def _draw(
    groups: NDArray[np.intp], wanted: int, random: np.random.Generator
) -> tuple[NDArray[np.intp], bool]:
    """Draws positions of whole `groups`, about `wanted` of them; False if these had to be torn apart."""
    order = random.permutation(np.unique(groups))
    drawn: list[int] = []
    for group in order:
        members = np.flatnonzero(groups == group)
        if len(drawn) + len(members) <= max(wanted, 1):
            drawn.extend(members)
    if not drawn:  # the smallest group is larger than that
        sizes = np.array([np.sum(groups == group) for group in order])
        smallest = np.flatnonzero(groups == order[int(np.argmin(sizes))])
        if 2 * len(smallest) > len(groups):
            return random.permutation(len(groups))[:wanted], False
        drawn.extend(smallest)
    return np.array(sorted(drawn), np.intp), True


def class_weights(
    labels: NDArray[np.intp], classes: int, wanted: ClassWeights
) -> tuple[NDArray[np.float32], str]:
    """Returns the weight of each class in the loss, and a sentence about it, "" if all are 1.

    `auto` weighs classes by one over their number of photos if these differ by half or more.
    """
    counts = np.bincount(labels, minlength=classes)
    if wanted == "none" or counts.max() < _UNBALANCED * counts.min():
        return np.ones(classes, np.float32), ""
    weights = (len(labels) / (classes * counts)).astype(np.float32)
    return weights, (
        f"The classes have {counts.min()} to {counts.max()} photos, so each photo counts "
        f"{weights.min():.2g} to {weights.max():.2g} times, by class; --class-weights none counts all alike."
    )
