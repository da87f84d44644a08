"""Converted models give the same probabilities as Keras.

The smallest of each family with few of its blocks; with PAISHI_ALL_MODELS=1 the whole catalogue as it is,
which takes an hour and 16 GB:

    PAISHI_ALL_MODELS=1 python -m pytest tests/server/runtimes/conversion/test_keras_to_openvino.py
"""

import gc
import logging
import os
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from paishi.models.backbone import KERAS
from paishi.models.catalogue import CATALOGUE
from paishi.models.errors import ConversionFailed
from paishi.models.keras.build import build_served
from paishi.models.keras.imports import keras
from paishi.runtimes.conversion.keras_to_openvino import TOLERANCE, convert
from paishi.runtimes.openvino.runtime import compiled, read_model
from tests.server.conftest import slow
from tests.server.models.keras_models import (
    FAMILIES,
    family_input,
    keras_fetches,
    make_small,
    settle,
    views,
    write_published,
)

ALL = bool(os.environ.get("PAISHI_ALL_MODELS"))
QUICK = ("MobileNetV2", "EfficientNetB0", "ResNet50V2")
NAMES = [name for name, model in CATALOGUE.items() if model.publisher is KERAS] if ALL else FAMILIES

pytestmark = [
    # Keras 3.15 writes weights in a way that numpy 2 advises against.
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword"),
    # MobileNetV3 warns whenever it is built with its defaults.
    pytest.mark.filterwarnings("ignore:`input_shape` is undefined or non-square"),
    # Coverage's tracer doubles the time of Keras's own code, and other tests run ours.
    pytest.mark.no_cover,
]


def test_every_family_is_compared() -> None:
    modules = {CATALOGUE[name].module for name in FAMILIES}
    of_keras = {backbone.module for backbone in CATALOGUE.values() if backbone.publisher is KERAS}
    assert of_keras - modules == {"vgg19"}, "VGG16, three layers deeper"


@pytest.mark.parametrize("name", [*QUICK, *slow(name for name in NAMES if name not in QUICK)])
def test_gives_the_probabilities_of_keras(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With published weights: Keras's own model, the served one, and the one that OpenVINO runs."""
    if not ALL:
        make_small(monkeypatch)
    backbone = CATALOGUE[name]
    pictures = views(backbone)
    preprocessed = family_input(backbone, pictures)
    file = tmp_path / backbone.weights.file
    by_keras = settled(name, preprocessed, file, monkeypatch)
    keras.backend.clear_session()
    gc.collect()  # Keras's model
    served = build_served(backbone, file)
    by_served = np.asarray(served(pictures, training=False))
    convert(served, tmp_path / "model.xml")
    run = compiled(read_model(tmp_path / "model.xml"), "fp32", threads=0, streams=1)
    by_openvino = np.concatenate([run(picture[None])[0] for picture in pictures])
    difference = np.abs(by_openvino - by_served).max()
    # Untrained models of 150 layers amplify rounding until Keras differs from itself.
    rounding = 0.0
    if difference > TOLERANCE:
        one_by_one = np.concatenate([served(picture[None], training=False) for picture in pictures])
        rounding = np.abs(by_served - one_by_one).max()
    print(f"{name}: {difference:.1e} of {by_served.max():.2f}, Keras from itself {rounding:.1e}")
    keras.backend.clear_session()
    assert by_served.dtype == by_openvino.dtype == np.float32
    assert np.abs(by_served - by_keras).max() < 1e-5
    assert difference <= max(TOLERANCE, 3 * rounding)
    # The comparison is meaningful: outputs are not flat, and differ between the pictures.
    assert by_keras.max() > 0.01
    assert np.abs(by_keras[0] - by_keras[1]).max() > 20 * TOLERANCE


def settled(
    name: str, preprocessed: NDArray[np.float32], file: Path, monkeypatch: pytest.MonkeyPatch
) -> NDArray[np.float32]:
    """Writes weights that expose a wrong reading or conversion; returns the answers of Keras's model."""
    keras.utils.set_random_seed(5)
    with monkeypatch.context() as patch:
        keras_fetches(patch)
        model = getattr(keras.applications, name)(weights="imagenet")
    settle(model, preprocessed)
    write_published(model, file)
    model.load_weights(str(file))
    return np.asarray(model(preprocessed, training=False))


def test_a_layer_that_openvino_lacks_is_named(tmp_path: Path) -> None:
    picture = keras.Input((8, 8, 3), dtype="uint8")
    inner = keras.Sequential(
        [keras.layers.UpSampling2D(2, interpolation="lanczos5", name="enlarge"), keras.layers.Flatten()]
    )
    with pytest.raises(ConversionFailed) as refused:
        convert(keras.Model(picture, inner(keras.ops.cast(picture, "float32"))), tmp_path / "model.xml")
    assert str(refused.value) == (
        "OpenVINO does not take layer 'enlarge' (UpSampling2D): it has no ScaleAndTranslate."
    )
    assert logging.getLogger().level == logging.WARNING
