"""An explanation of a taught thing shows where in the photo it is."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest
from PIL import Image

from paishi.photo.decode import Decoder
from paishi.photo.reader import LocatedViews, PhotoReader
from paishi.recognition.explain import Explained, explain_taught
from paishi.recognition.recogniser import Recogniser
from paishi.system.cpu_budget import CpuBudget
from paishi.teaching.space import Prototypes, TaughtName
from tests.server.pictures import file_of
from tests.server.teaching.conftest import load, see
from tests.server.teaching.drawn import THINGS, picture

HOUSE = TaughtName("taught:house", "the house")


def located(recogniser: Recogniser, photo: Image.Image) -> LocatedViews:
    reader = PhotoReader(Decoder(10, 1), 10_000_000, 1, CpuBudget(1))
    return asyncio.run(reader.located_views(file_of(photo, "PNG"), recogniser.input_size, recogniser.fit))


def explained(recogniser: Recogniser, photo: Image.Image) -> Explained:
    assert recogniser.space
    assert recogniser.insight
    prototypes = Prototypes.of(
        recogniser.space,
        {
            f"taught:{thing}": [
                recogniser.space.example(see(recogniser, picture(thing, number))) for number in range(3)
            ]
            for thing in THINGS
        },
    )
    views = located(recogniser, photo)
    [found] = asyncio.run(explain_taught(recogniser, recogniser.insight, views, prototypes, [HOUSE]))
    return found


def houses_at(left: bool) -> Image.Image:
    """The house in one half and noise in the other."""
    noise = np.random.default_rng(0).integers(0, 256, (320, 640, 3), np.uint8)
    photo = Image.fromarray(noise).resize((40, 20)).resize((640, 320))
    photo.paste(picture("house", 4), (0 if left else 320, 0))
    return photo


@pytest.mark.parametrize("left", [True, False])
@pytest.mark.parametrize("way", ["squash", "both"])
def test_what_resembles_the_thing_is_bright(left: bool, way: str) -> None:
    recogniser = load(fit=way)
    found = explained(recogniser, houses_at(left))
    recogniser.close()
    assert (found.method, found.prediction.id, found.prediction.label) == ("similarity", *HOUSE)
    assert found.prediction.taught
    assert found.box == (0, 0, 1, 1)
    assert found.grid.max() == 1
    middle = found.grid.shape[1] // 2
    halves = found.grid[:, :middle].mean(), found.grid[:, -middle:].mean()
    of_house, of_noise = halves if left else halves[::-1]
    assert of_house > 1.2 * of_noise


def test_the_mean_of_the_map_is_the_vector(recogniser: Recogniser) -> None:
    assert recogniser.insight
    views = located(recogniser, picture("house", 1)).views
    maps = asyncio.run(recogniser.insight.maps(views))
    assert maps.shape == (1, 7, 7, 1280)
    vectors = asyncio.run(recogniser.runtime.outputs(views)).vectors
    assert np.abs(maps.mean(axis=(1, 2)) - vectors).max() < 1e-4
