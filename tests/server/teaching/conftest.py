"""The built-in model with its real weights, loaded for teaching."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from PIL import Image, ImageOps

from paishi.photo.fit import fit
from paishi.recognition.load import load_recogniser
from paishi.recognition.recogniser import Recogniser
from paishi.settings import Settings
from paishi.system.cpu_budget import CpuBudget
from paishi.system.cpu_count import usable_cores
from paishi.teaching.space import Seen

MODEL = "EfficientNetLite0"


def load(**settings: object) -> Recogniser:
    chosen = Settings.model_validate({"model": MODEL, "teachers": "everybody", **settings})
    return load_recogniser(chosen, CpuBudget(usable_cores()))


def see(recogniser: Recogniser, picture: Image.Image) -> Seen:
    upright = ImageOps.exif_transpose(picture).convert("RGB")
    return asyncio.run(recogniser.see(fit(upright, recogniser.input_size, recogniser.fit)))


@pytest.fixture(scope="session")
def recogniser() -> Iterator[Recogniser]:
    loaded = load()
    yield loaded
    loaded.close()
