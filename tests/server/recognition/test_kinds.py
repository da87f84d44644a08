"""Rough kinds: their file is whole, and of those that are shown nineteen of twenty are right."""

import asyncio
import json
from collections import Counter

import numpy as np
import pytest
from PIL import Image

from paishi.models.catalogue import CATALOGUE
from paishi.recognition.kinds import SHOWN_AT, load_kinds
from paishi.recognition.labels import LABELS, load_labels
from paishi.recognition.load import load_recogniser
from paishi.settings import Settings
from paishi.system.cpu_budget import CpuBudget
from paishi.system.cpu_count import usable_cores
from tests.server.api.conftest import started
from tests.server.conftest import need_shared
from tests.server.pictures import file_of

IMAGENET = load_labels("imagenet")
KINDS = load_kinds("imagenet")


def spread(*shares: tuple[str, float]) -> np.ndarray:
    """Probabilities, shared out evenly among the classes of each kind."""
    probabilities = np.zeros(1000, np.float32)
    for name, share in shares:
        members = KINDS.members[[kind.id for kind in KINDS.kinds].index(name)]
        probabilities += share * members / members.sum()
    return probabilities


def test_every_class_has_its_way_up_and_no_kind_is_one_class() -> None:
    assert KINDS.members.any(axis=0).all()
    assert KINDS.members.sum(axis=1).min() >= 2
    assert 70 <= len(KINDS.kinds) <= 110


def test_the_file_is_tidy() -> None:
    rows = json.loads((LABELS / "imagenet_kinds.json").read_text("utf-8"))
    for field in ("en", "zh"):
        assert max(Counter(row["name"][field] for row in rows).values()) == 1
    assert max(Counter(row["id"] for row in rows).values()) == 1
    order = [label.id for label in IMAGENET.classes]
    for row in rows:
        assert row["classes"] == sorted(set(row["classes"]), key=order.index), row["id"]
        assert all("\u4e00" <= character <= "\u9fff" for character in row["name"]["zh"]), row["name"]


@pytest.mark.parametrize(
    ("shares", "kind"),
    [
        ([("terrier", 0.95)], "terrier"),
        ([("terrier", 0.5), ("spaniel", 0.45)], "hunting-dog"),
        ([("poodle", 0.5), ("spaniel", 0.45)], "dog"),
        ([("dog", 0.5), ("duck", 0.45)], "animal"),
        ([("bus", 0.5), ("boat", 0.45)], "vehicle"),
        ([("dog", 0.5), ("fruit", 0.45)], None),
    ],
)
def test_the_most_special_one_that_is_probable(shares: list[tuple[str, float]], kind: str | None) -> None:
    found = KINDS.best(spread(*shares))
    assert (found and found[0].id) == kind
    assert found is None or SHOWN_AT <= found[1] <= 1


def test_nineteen_of_twenty_are_right() -> None:
    photos = sorted(need_shared("validation").glob("n*.jpg"))
    settings = Settings(model="EfficientNetLite0")  # type: ignore[call-arg]
    recogniser = load_recogniser(settings, CpuBudget(usable_cores()))

    async def kinds() -> list[tuple[str, str]]:
        found = []
        for photo in photos:
            with Image.open(photo) as picture:
                view = np.asarray(picture.convert("RGB").resize((224, 224), Image.Resampling.BICUBIC))
            kind = (await recogniser.recognise(view[None], 1)).kind
            if kind:
                found.append((kind.id, photo.name.partition("_")[0]))
        return found

    found = asyncio.run(kinds())
    recogniser.runtime.close()
    rows = {row["id"]: row["classes"] for row in json.loads((LABELS / "imagenet_kinds.json").read_text())}
    assert len(found) >= 20
    assert np.mean([wnid in rows[kind] for kind, wnid in found]) >= 0.95


def test_confident_names_have_no_kind_and_the_others_may() -> None:
    """This model's first probability is the brightness of the picture, the rest is the second's."""
    answers = {}
    with started() as client:
        for brightness in (60, 255):
            photo = file_of(Image.new("RGB", (64, 64), (brightness,) * 3), "PNG")
            answers[brightness] = client.post("/predict", files={"image": photo}).json()
    assert answers[255]["confident"]
    assert "kind" not in answers[255]


def test_the_confidence_of_each_model_was_measured_or_is_the_default() -> None:
    for backbone in CATALOGUE.values():
        measured = backbone.confidence
        assert (measured.at == 0.5) == (measured.named is None)
        assert measured.right is None or measured.right >= 90
