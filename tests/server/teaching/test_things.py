"""Things that were taught with three photos are recognised, and other photos are not taken for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path

import pytest
from PIL import Image

from paishi.recognition.recogniser import Recogniser
from paishi.teaching.space import Prototypes, Seen, Share, Space
from tests.server.conftest import need_shared
from tests.server.teaching.conftest import see
from tests.server.teaching.drawn import THINGS, others, picture

TAUGHT = 3


@pytest.fixture(scope="module")
def space(recogniser: Recogniser) -> Space:
    assert recogniser.space
    return recogniser.space


def taught(space: Space, photos: Mapping[str, Sequence[Seen]]) -> Prototypes:
    return Prototypes.of(
        space, {thing: [space.example(seen) for seen in seen_of] for thing, seen_of in photos.items()}
    )


def best(space: Space, seen: Seen, prototypes: Prototypes) -> Share:
    return space.shares(seen, prototypes)[0]


def test_drawn_things_are_recognised_and_others_are_not(recogniser: Recogniser, space: Space) -> None:
    seen = {thing: [see(recogniser, picture(thing, number)) for number in range(6)] for thing in THINGS}
    prototypes = taught(space, {thing: of_thing[:TAUGHT] for thing, of_thing in seen.items()})
    for thing, of_thing in seen.items():
        for one in of_thing[TAUGHT:]:
            found = best(space, one, prototypes)
            assert (found.id, found.probability > 0.9) == (thing, True)
    for other in others():
        assert best(space, see(recogniser, other), prototypes).probability < 0.5


@pytest.fixture(scope="module")
def things(recogniser: Recogniser) -> dict[str, list[Seen]]:
    folders = sorted(folder for folder in need_shared("things").iterdir() if folder.is_dir())
    return {folder.name: list(all_seen(recogniser, sorted(folder.glob("*.jpg")))) for folder in folders}


def all_seen(recogniser: Recogniser, files: Sequence[Path]) -> Iterator[Seen]:
    for file in files:
        with Image.open(file) as photo:
            yield see(recogniser, photo)


def of_five(
    things: Mapping[str, list[Seen]],
) -> Iterator[tuple[dict[str, list[Seen]], dict[str, list[Seen]]]]:
    """Yields photos to teach five things with and their other photos, for every choice of five and five
    choices of photos."""
    for names in combinations(sorted(things), 5):
        for start in range(5):
            shown, left = {}, {}
            for name in names:
                photos = things[name]
                turned = [photos[(start + place) % len(photos)] for place in range(len(photos))]
                shown[name], left[name] = turned[:TAUGHT], turned[TAUGHT:]
            yield shown, left


def test_nineteen_of_twenty_photos_of_real_things_get_their_name(
    space: Space, things: dict[str, list[Seen]]
) -> None:
    right = []
    for shown, left in of_five(things):
        prototypes = taught(space, shown)
        for name, photos in left.items():
            found = [best(space, seen, prototypes) for seen in photos]
            right.extend(one.id == name and one.probability >= 0.5 for one in found)
    assert len(right) > 300
    assert sum(right) / len(right) >= 0.95


def test_one_of_two_hundred_other_photos_is_taken_for_a_thing_at_most(
    recogniser: Recogniser, space: Space, things: dict[str, list[Seen]], photos: list[Path]
) -> None:
    validation = sorted(need_shared("validation").glob("n*.jpg"))[::4]
    negatives = list(all_seen(recogniser, [*photos, *validation]))
    assert len(negatives) > 100
    taken = []
    for shown, _ in of_five(things):
        prototypes = taught(space, shown)
        taken.extend(best(space, seen, prototypes).probability >= 0.5 for seen in negatives)
    assert sum(taken) / len(taken) <= 0.005
