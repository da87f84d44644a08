"""Taught things in the ranking: their scores, their shares, and what is left of the classes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pytest
from numpy.typing import NDArray

from paishi.contract import Prediction
from paishi.recognition.kinds import load_kinds
from paishi.recognition.labels import load_labels
from paishi.recognition.recogniser import Recogniser
from paishi.runtimes.base import Outputs, VectorOutput
from paishi.teaching.constants import FEW, MEASURED, Constants, constants_for
from paishi.teaching.space import Example, Prototypes, Seen, Space

IMAGENET = load_labels("imagenet")
KINDS = load_kinds("imagenet")
SIZE = 8
CONSTANTS = Constants(0.1, 0.02, "for these tests", spread=0.05)
HEAD = np.zeros((SIZE, 1000), np.float32)
HEAD[7], HEAD[6, 1:] = -1, 1  # class 0 lies nowhere, all others in direction 6
VIEWS = np.zeros((1, 4, 4, 3), np.uint8)
NAMES = {"taught:cup": "奶奶的茶壶", "taught:key": "spare key", "taught:cat": "Momo"}


def toward(*parts: float) -> NDArray[np.float32]:
    vector = np.zeros(SIZE, np.float32)
    vector[: len(parts)] = parts
    return vector / np.float32(np.linalg.norm(vector))


def space(**changed: float) -> Space:
    constants = Constants(**{**{f: getattr(CONSTANTS, f) for f in CONSTANTS.__slots__}, **changed})
    return Space(VectorOutput(HEAD, "identity"), constants, "crop")


def prototypes(of: Space, *directions: Sequence[float]) -> Prototypes:
    return Prototypes.of(
        of,
        {key: [Example(toward(*direction), None)] for key, direction in zip(NAMES, directions, strict=False)},
    )


@dataclass
class Fixed:
    """A runtime with the same outputs for every picture."""

    probabilities: NDArray[np.float32]
    vector_of_all: NDArray[np.float32]
    name: str = "fixed"

    async def softmax(self, views: NDArray[np.uint8]) -> NDArray[np.float32]:
        return self.probabilities[None].repeat(len(views), axis=0)

    async def outputs(self, views: NDArray[np.uint8]) -> Outputs:
        return Outputs(await self.softmax(views), self.vector_of_all[None].repeat(len(views), axis=0))


def recogniser(probabilities: NDArray[np.float32], vector: NDArray[np.float32]) -> Recogniser:
    runtime = Fixed(probabilities, vector)
    return Recogniser("Fixed", 4, "crop", runtime, IMAGENET, kinds=KINDS, space=space())  # type: ignore[arg-type]


def sure_of(index: int, share: float = 0.9) -> NDArray[np.float32]:
    probabilities = np.full(1000, (1 - share) / 999, np.float32)
    probabilities[index] = share
    return probabilities


def test_a_score_is_the_cosine_less_that_of_the_nearest_class() -> None:
    one = space()
    seen = Seen(sure_of(0), toward(3, 4))
    assert one.scores(seen, prototypes(one, (1,), (0, 1))) == pytest.approx(
        {"taught:cup": 0.6, "taught:key": 0.8}
    )
    near = Seen(sure_of(0), toward(1, 0, 0, 0, 0, 0, 1))
    assert one.scores(near, prototypes(one, (1,)))["taught:cup"] == pytest.approx(0, abs=1e-6)
    # Where a column is negative, the class is not: a photo opposite to it is not near to it.
    away = Seen(sure_of(0), toward(1, 0, 0, 0, 0, 0, 0, -1))
    assert one.scores(away, prototypes(one, (1,)))["taught:cup"] == pytest.approx(0.5**0.5)


def test_a_floor_counts_for_a_nearer_class() -> None:
    high = space(floor=0.5)
    scores = high.scores(Seen(sure_of(0), toward(1)), prototypes(high, (1,)))
    assert scores["taught:cup"] == pytest.approx(0.5)


def test_a_thing_is_the_mean_of_its_photos() -> None:
    one = space()
    found = Prototypes.of(one, {"a": [Example(toward(1), None), Example(toward(0, 1), None)], "none": []})
    assert found.ids == ("a",)
    assert found.vector("a") == pytest.approx(toward(1, 1))


def test_a_profile_adds_the_likeness_of_the_probabilities() -> None:
    with_profile = space(profile=0.25)
    seen, other = Seen(sure_of(3), toward(1)), Seen(sure_of(4), toward(1))
    kept = with_profile.example(seen)
    assert kept.profile is not None
    things = Prototypes.of(with_profile, {"a": [kept]})
    assert with_profile.scores(seen, things)["a"] == pytest.approx(1.25, rel=1e-4)
    assert 1 < with_profile.scores(other, things)["a"] < 1.2
    assert space().example(seen).profile is None


def test_the_threshold_is_even_odds_and_grows_with_the_number_of_things() -> None:
    one = space()
    assert one.probability(0.1) == one.probability(0.1, FEW) == pytest.approx(0.5)
    assert one.probability(0.15) == pytest.approx(1 / (1 + np.exp(-1)))
    assert one.threshold(25) == pytest.approx(0.1 + 0.02 * np.log(5))
    assert one.probability(0.11, 25) < 0.5


def test_shares_leave_the_classes_what_the_best_does_not_get() -> None:
    one = space()
    seen = Seen(sure_of(0), toward(1, 0.5))
    [only] = one.shares(seen, prototypes(one, (1,)))
    many = one.shares(seen, prototypes(one, (1,), (0, 1), (0, 0, 1)))
    assert [share.id for share in many] == ["taught:cup", "taught:key", "taught:cat"]
    assert many[0] == only
    assert sum(share.probability for share in many) < 1
    # The others get what the second would get of the rest.
    second = one.probability(one.scores(seen, prototypes(one, (1,), (0, 1)))["taught:key"])
    rest = sum(share.probability for share in many[1:])
    assert rest == pytest.approx((1 - only.probability) * second, rel=1e-5)


def test_many_improbable_things_take_next_to_nothing_from_the_classes() -> None:
    one = space()
    things = {f"taught:{n}": [Example(toward(0, 0, 1), None)] for n in range(200)}
    shares = one.shares(Seen(sure_of(0), toward(1)), Prototypes.of(one, things))
    assert sum(share.probability for share in shares) < 0.2


def recognise(model: Recogniser, top: int, *directions: Sequence[float]) -> tuple[list[Prediction], bool]:
    assert model.space
    found = asyncio.run(model.recognise(VIEWS, top, prototypes(model.space, *directions), NAMES))
    return found.predictions, found.confident


def test_the_ranking_stays_a_distribution() -> None:
    model = recogniser(sure_of(5), toward(1, 0.6, 0.3))
    predictions, _ = recognise(model, 1003, (1,), (0, 1), (0, 0, 1))
    assert len(predictions) == 1003
    probabilities = [one.probability for one in predictions]
    assert sum(probabilities) == pytest.approx(1, abs=1e-5)
    assert probabilities == sorted(probabilities, reverse=True)


def test_a_taught_thing_is_named_by_its_user_and_confident_from_even_odds() -> None:
    predictions, confident = recognise(recogniser(sure_of(5), toward(1)), 2, (1,))
    assert confident
    assert len(predictions) == 2
    assert predictions[0].model_dump(exclude_unset=True, exclude={"probability"}) == {
        "label": "奶奶的茶壶",
        "id": "taught:cup",
        "name": {"en": "奶奶的茶壶", "zh": "奶奶的茶壶"},
        "taught": True,
    }
    assert "taught" not in predictions[1].model_dump(exclude_unset=True)
    assert predictions[1].probability == pytest.approx((1 - predictions[0].probability) * 0.9)


@pytest.mark.parametrize(("score", "confident"), [(0.11, True), (0.09, False)])
def test_even_odds_are_enough_whatever_the_classes_need(score: float, confident: bool) -> None:
    model = replace(recogniser(sure_of(5, 0.4), toward(score, (1 - score**2) ** 0.5)), confidence=0.95)
    predictions, found = recognise(model, 1, (1,))
    assert (predictions[0].taught, found) == (True, confident)


def test_a_photo_of_something_else_keeps_its_name() -> None:
    model = recogniser(sure_of(5), toward(0, 1))
    before = asyncio.run(model.recognise(VIEWS, 1))
    predictions, confident = recognise(model, 1, (1,))
    assert predictions[0].label == before.predictions[0].label
    assert predictions[0].probability == pytest.approx(0.9, abs=0.15)
    assert confident is before.confident is True


def test_no_thing_changes_nothing() -> None:
    model = recogniser(sure_of(5), toward(1))
    assert model.space
    plain = asyncio.run(model.recognise(VIEWS, 5))
    assert asyncio.run(model.recognise(VIEWS, 5, prototypes(model.space), NAMES)) == plain


def test_the_kind_of_the_classes_is_the_same_with_things() -> None:
    dogs = KINDS.members[[kind.id for kind in KINDS.kinds].index("dog")]
    model = recogniser((dogs / dogs.sum()).astype(np.float32), toward(0, 1))
    kind = asyncio.run(model.recognise(VIEWS, 1)).kind
    assert kind
    assert model.space
    found = asyncio.run(model.recognise(VIEWS, 1, prototypes(model.space, (1,)), NAMES))
    assert not found.confident
    assert found.kind == kind


def test_each_cell_is_compared_with_the_thing() -> None:
    maps = np.zeros((1, 2, 3, SIZE), np.float32)
    maps[0, 0, 1, 0], maps[0, 1, 2, 1] = 5, 2
    similar = space().similarity(maps, toward(1))
    assert similar.shape == (1, 2, 3)
    assert similar[0, 0, 1] == pytest.approx(1)
    assert np.count_nonzero(similar) == 1


def test_constants_belong_to_the_published_weights() -> None:
    assert constants_for("EfficientNetLite0", 1000) is MEASURED["EfficientNetLite0"]
    other = constants_for(None, 1000)
    assert "Not measured" in other.measured
    assert other.floor == 0
    assert constants_for("custom-parts-1", 12).floor == 0.5
