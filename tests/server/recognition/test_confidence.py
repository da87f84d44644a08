"""The accuracy of confident predictions on labelled photos."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from paishi.photo.decode import Decoder
from paishi.photo.reader import PhotoReader
from paishi.recognition.labels import load_labels
from paishi.recognition.load import load_recogniser
from paishi.recognition.recogniser import Recogniser
from paishi.settings import Settings
from paishi.system.cpu_budget import CpuBudget
from paishi.system.cpu_count import usable_cores
from tests.server.api.conftest import load_brightness, started
from tests.server.conftest import need_shared
from tests.server.pictures import file_of, listed_photos

ANT, BEE = "n02219486", "n02206856"


def known(photos: list[Path]) -> list[tuple[Path, str]]:
    """40 photos of 40 classes and 100 of ants and bees, with the ids of their classes."""
    insects = listed_photos(need_shared("photos"), "ants_bees")
    named = [(photo, photo.name.split("_")[0]) for photo in photos]
    return named + [(photo, ANT if photo.parent.name.startswith("ant") else BEE) for photo in insects]


@pytest.mark.parametrize("fit", ["crop", "both"])
def test_nine_of_ten_confident_names_are_right_and_half_of_the_others(
    fit: str, keras_home: Path, photos: list[Path]
) -> None:
    settings = Settings(model="MobileNetV2", fit=fit, keras_home=keras_home)  # type: ignore[call-arg, arg-type]

    async def answers() -> list[tuple[bool, bool]]:
        cores = CpuBudget(usable_cores())
        recogniser = load_recogniser(settings, cores)
        decoder = Decoder(settings.decode_s, settings.decoders)
        reader = PhotoReader(decoder, settings.max_pixels, settings.decoders, cores)
        found = []
        for photo, right in known(photos):
            views = await reader.views(photo.read_bytes(), recogniser.input_size, recogniser.fit)
            [first], confident, _ = await recogniser.recognise(views, 1)
            found.append((confident, first.id == right))
        recogniser.runtime.close()
        return found

    found = asyncio.run(answers())
    assert len(found) == 140
    sure = [right for confident, right in found if confident]
    unsure = [right for confident, right in found if not confident]
    assert len(sure) >= 80
    assert sum(sure) / len(sure) >= 0.9
    assert 0.3 <= sum(unsure) / len(unsure) <= 0.65


@pytest.mark.parametrize(("brightness", "confident"), [(255, True), (232, True), (200, False), (130, False)])
def test_the_first_name_decides(brightness: int, confident: bool) -> None:
    """This model's first probability is the brightness of the picture."""
    photo = file_of(Image.new("RGB", (64, 64), (brightness,) * 3), "PNG")

    def load(on_progress: object) -> Recogniser:
        return replace(load_brightness(on_progress), confidence=0.9)

    with started(load) as client:
        assert client.post("/predict", files={"image": photo}).json()["confident"] is confident


@pytest.mark.parametrize(("classes", "confident_at"), [(1000, 0.5005), (10, 0.55), (2, 0.75)])
def test_of_few_classes_one_is_always_probable(classes: int, confident_at: float) -> None:
    """A black picture's 0.5 and 0.5 is no name."""
    labels = load_labels("imagenet")
    recogniser = replace(load_brightness(None), labels=labels._replace(classes=labels.classes[:classes]))
    assert recogniser.confident_at == pytest.approx(confident_at)


def test_independent_classes_are_not_corrected_for_chance() -> None:
    """All may be improbable at once."""
    recogniser = replace(load_brightness(None), independent=True, confidence=0.5)
    assert recogniser.confident_at == 0.5


@pytest.mark.parametrize(("setting", "confidence"), [(None, 0.6), (0.3, 0.3)])
def test_the_models_own_unless_the_operator_sets_it(
    setting: float | None, confidence: float, keras_home: Path
) -> None:
    settings = Settings(model="MobileNetV2", keras_home=keras_home, confident_at=setting)  # type: ignore[call-arg]
    recogniser = load_recogniser(settings, CpuBudget(1))
    recogniser.runtime.close()
    assert recogniser.confidence == confidence
