"""The accuracy of confident predictions on labelled photos."""

import asyncio
from pathlib import Path

import pytest
from PIL import Image

from paishi.photo.decode import Decoder
from paishi.photo.reader import PhotoReader
from paishi.recognition.load import load_recogniser
from paishi.settings import Settings
from paishi.system.cpu_budget import CpuBudget
from paishi.system.cpu_count import usable_cores
from tests.server.api.conftest import started
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
            [first] = await recogniser.recognise(views, 1)
            found.append((first.probability >= settings.confident_at, first.id == right))
        recogniser.runtime.close()
        return found

    found = asyncio.run(answers())
    assert len(found) == 140
    sure = [right for confident, right in found if confident]
    unsure = [right for confident, right in found if not confident]
    assert len(sure) >= 85
    assert sum(sure) / len(sure) >= 0.9
    assert 0.3 <= sum(unsure) / len(unsure) <= 0.65


@pytest.mark.parametrize(("brightness", "confident"), [(255, True), (232, True), (200, False), (130, False)])
def test_the_first_name_decides(brightness: int, confident: bool) -> None:
    """This model's first probability is the brightness of the picture."""
    photo = file_of(Image.new("RGB", (64, 64), (brightness,) * 3), "PNG")
    with started(confident_at=0.9) as client:
        assert client.post("/predict", files={"image": photo}).json()["confident"] is confident
