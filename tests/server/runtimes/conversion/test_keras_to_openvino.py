"""Converted models give the same probabilities as Keras.

The smallest of each family; with PAISHI_ALL_MODELS=1 the whole catalogue, which takes an hour and 16 GB:

    PAISHI_ALL_MODELS=1 python -m pytest tests/server/runtimes/conversion/test_keras_to_openvino.py
"""

import asyncio
import os
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from paishi.models.catalogue import CATALOGUE, find_backbone
from paishi.models.keras.build import build_published, build_served
from paishi.models.keras.imports import keras
from paishi.runtimes.conversion.keras_to_openvino import TOLERANCE, convert
from paishi.runtimes.openvino.runtime import OpenVINORuntime
from paishi.system.cpu_budget import CpuBudget
from paishi.system.cpu_count import usable_cores
from tests.server.models.keras.test_build import FAMILIES
from tests.server.models.keras_models import family_input, settle, views, write_published

NAMES = list(CATALOGUE) if os.environ.get("PAISHI_ALL_MODELS") else FAMILIES

pytestmark = [
    # Keras 3.15 writes weights in a way that numpy 2 advises against.
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword"),
    # MobileNetV3 warns whenever it is built with its defaults.
    pytest.mark.filterwarnings("ignore:`input_shape` is undefined or non-square"),
]


@pytest.mark.parametrize("name", NAMES)
def test_gives_the_probabilities_of_keras(name: str, tmp_path: Path) -> None:
    model = settled(name, tmp_path / "settled.h5")
    convert(model, tmp_path / "model.xml")
    pictures = views(find_backbone(name))
    runtime = OpenVINORuntime(tmp_path / "model.xml", CpuBudget(usable_cores()))
    found = asyncio.run(runtime.softmax(pictures))
    runtime.close()
    expected = np.concatenate([model(picture[None], training=False) for picture in pictures])
    # Untrained models of 150 layers amplify rounding until Keras differs from itself.
    rounding = np.abs(model.predict(pictures, verbose=0) - expected).max()
    keras.backend.clear_session()
    difference = np.abs(found - expected).max()
    print(f"{name}: {difference:.1e} of {expected.max():.2f}, Keras from itself {rounding:.1e}")
    assert difference <= max(TOLERANCE, 3 * rounding)
    assert np.abs(expected[0] - expected[1]).max() > 20 * TOLERANCE  # otherwise anything would agree


def settled(name: str, file: Path) -> keras.Model:
    """The served model with weights that expose a wrong conversion."""
    backbone = find_backbone(name)
    keras.utils.set_random_seed(5)
    model = build_published(backbone)
    pictures = family_input(backbone, views(backbone))
    settle(model, pictures)
    soften(model, pictures)
    write_published(model, file)
    return build_served(backbone, file)


def soften(model: keras.Model, pictures: NDArray[np.float32]) -> None:
    """Flattens the softmax: if one class had it all, no difference would show."""
    classifier = next(layer for layer in reversed(model.layers) if layer.weights)
    while np.asarray(model(pictures, training=False)).max() > 0.9:
        classifier.kernel.assign(classifier.kernel / 2)
