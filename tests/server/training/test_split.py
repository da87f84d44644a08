from collections.abc import Sequence
from pathlib import Path

import numpy as np

from paishi.training.likeness import Likeness
from paishi.training.photo_set import Part, Photo, PhotoSet
from paishi.training.split import Split, class_weights, split

ALONE = Likeness((), ())


def photo_set(counts: Sequence[int], parts: Sequence[Part | None] = ()) -> PhotoSet:
    photos = [
        Photo(Path(f"{label}/{number}.jpg"), label, None)
        for label, count in enumerate(counts)
        for number in range(count)
    ]
    for index, part in enumerate(parts):
        photos[index] = photos[index]._replace(part=part)
    return PhotoSet(Path("photos"), tuple("abcdefgh"[: len(counts)]), tuple(photos), ())


def divided(of: PhotoSet, likeness: Likeness = ALONE, share: float = 0.2, seed: int = 0) -> Split:
    return split(of, of.photos, likeness, share, seed)


def per_class(of: PhotoSet, indices: Sequence[int]) -> list[int]:
    return np.bincount([of.photos[index].label for index in indices], minlength=len(of.classes)).tolist()


def test_each_class_gives_its_share() -> None:
    photos = photo_set([20, 10, 5])
    found = divided(photos)
    assert per_class(photos, found.val.tolist()) == [4, 2, 1]
    assert sorted([*found.train, *found.val]) == list(range(35))


def test_the_seed_decides() -> None:
    photos = photo_set([30, 30])
    assert divided(photos, seed=1).val.tolist() == divided(photos, seed=1).val.tolist()
    assert divided(photos, seed=1).val.tolist() != divided(photos, seed=2).val.tolist()


def test_copies_and_series_stay_on_one_side() -> None:
    likeness = Likeness(copies=((0, 1), (1, 2)), series=((4, 5), (20, 39)))
    for seed in range(20):
        found = divided(photo_set([20, 20]), likeness, seed=seed)
        val = set(found.val.tolist())
        for group in ({0, 1, 2}, {4, 5}, {20, 39}):
            assert group <= val or not group & val
        assert not found.leaks


def test_copies_in_two_classes_stay_on_one_side() -> None:
    for seed in range(20):
        found = divided(photo_set([10, 10]), Likeness(copies=((0, 10),), series=()), seed=seed)
        val = set(found.val.tolist())
        assert {0, 10} <= val or not {0, 10} & val
        assert per_class(photo_set([10, 10]), found.train.tolist())[0] >= 8


def test_a_class_of_one_series_is_torn_and_named() -> None:
    series = tuple((0, index) for index in range(1, 10))
    found = divided(photo_set([10, 10]), Likeness((), series))
    assert per_class(photo_set([10, 10]), found.val.tolist()) == [2, 2]
    assert found.remarks[0].startswith("a: the photos are so alike")


def test_given_parts_stay_and_their_leaks_are_reported() -> None:
    photos = photo_set([4, 2], ["train", "train", "val", "train", "train", "val"])
    found = divided(photos, Likeness(copies=((0, 2),), series=((4, 5), (0, 1))))
    assert found.val.tolist() == [2, 5]
    assert found.leaks == ((0, 2), (4, 5))
    assert "2 photos in val have a copy" in found.remarks[0]


def test_unbalanced_classes_are_weighed_so_that_each_counts_alike() -> None:
    weights, sentence = class_weights(np.array([0] * 9 + [1] * 3), 2, "auto")
    assert np.allclose(weights * [9, 3], 6)
    assert "3 to 9 photos" in sentence
    assert class_weights(np.array([0] * 9 + [1] * 3), 2, "none")[0].tolist() == [1, 1]
    assert class_weights(np.array([0] * 4 + [1] * 3), 2, "auto")[1] == ""
