"""Class activation and features without TensorFlow equal those of Keras."""

import os
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from paishi.models.catalogue import find_backbone
from paishi.models.keras.build import build_published, build_served
from paishi.models.keras.gradients import Gradients
from paishi.models.keras.imports import keras
from paishi.runtimes.conversion.convert import converted
from paishi.runtimes.conversion.keras_to_openvino import convert
from paishi.runtimes.openvino.class_activation import ClassActivation
from paishi.runtimes.openvino.head import NoHead, find_head
from paishi.runtimes.openvino.imports import ov
from paishi.runtimes.spec import ModelSpec
from tests.server.conftest import slow
from tests.server.models.keras_models import (
    FAMILIES,
    family_input,
    make_small,
    settle,
    views,
    write_published,
)

# Keras 3.15 writes weights in a way that numpy 2 deprecates; MobileNetV3 warns whenever it is built.
pytestmark = [
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword"),
    pytest.mark.filterwarnings("ignore:`input_shape` is undefined or non-square"),
]

MOBILENET = find_backbone("MobileNetV2")
BEAGLE = 162
NOT_EXACT = {"VGG16", "MobileNetV3Small", "ConvNeXtTiny"}
# One of each kind of head that takes little; all with PAISHI_ALL_MODELS=1.
ALL = bool(os.environ.get("PAISHI_ALL_MODELS"))
NAMES = FAMILIES if ALL else ["MobileNet", "MobileNetV3Small", "ConvNeXtTiny"]


@pytest.fixture(scope="module")
def weights(keras_home: Path) -> Path:
    return keras_home / "models" / MOBILENET.weights.file


@pytest.fixture(scope="module")
def inside(weights: Path, keras_home: Path) -> ClassActivation:
    spec = ModelSpec(MOBILENET, "imagenet", keras_home, Path(os.environ["PAISHI_CACHE"]))
    with converted(spec, lambda: weights) as model:
        return ClassActivation(model.file)


@pytest.fixture(scope="module")
def gradients(weights: Path) -> Gradients:
    return Gradients(MOBILENET, weights)


@pytest.fixture(scope="module")
def shown(photos: list[Path]) -> NDArray[np.uint8]:
    """Four photos, the first a beagle."""
    beagle = next(photo for photo in photos if "beagle" in photo.name)
    pictures = [Image.open(photo).convert("RGB").resize((224, 224)) for photo in [beagle, *photos[:3]]]
    return np.stack([np.asarray(picture) for picture in pictures])


def test_its_mean_and_the_bias_are_the_logit(
    inside: ClassActivation, weights: Path, shown: NDArray[np.uint8]
) -> None:
    served = build_served(MOBILENET, weights)
    bias = served.layers[-1].get_layer("predictions").bias.numpy()
    softmax = served(shown, training=False).numpy()
    classes = [BEAGLE, 0, 500, 999]
    logits = np.stack(
        [inside.class_activation(inside.look(shown), index).mean(axis=(1, 2)) for index in classes], axis=1
    )
    logits += bias[classes]
    # A softmax gives logits up to a constant that all classes share.
    found, expected = (values - values[:, :1] for values in (logits, np.log(softmax[:, classes])))
    assert np.abs(found - expected).max() < 1e-3
    assert np.abs(expected).max() > 1


def test_it_equals_the_gradients(
    inside: ClassActivation, gradients: Gradients, shown: NDArray[np.uint8]
) -> None:
    for index in (BEAGLE, 33):
        # as different as two ways can be
        exact = inside.class_activation(inside.look(shown), index)
        by_gradients = gradients.class_activation(shown, index)
        assert exact.shape == by_gradients.shape == (4, 7, 7)
        assert np.corrcoef(exact.ravel(), by_gradients.ravel())[0, 1] > 0.9999
        assert np.abs(exact / 49 - by_gradients).max() < 1e-3 * np.abs(by_gradients).max()


def test_gradients_do_not_vanish_if_the_model_is_certain(
    gradients: Gradients, shown: NDArray[np.uint8]
) -> None:
    before = gradients.features(shown, "predictions")
    assert gradients.class_activation(shown, BEAGLE).max() > 0.1
    after = gradients.features(shown, "predictions")
    assert (before == after).all()
    assert after.sum(axis=1) == pytest.approx(1, abs=1e-5)


def test_features_are_those_of_keras(
    inside: ClassActivation, gradients: Gradients, keras_home: Path, shown: NDArray[np.uint8]
) -> None:
    file = keras_home / "models" / "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5"
    model = keras.applications.MobileNetV2(weights=str(file), include_top=False, pooling="avg")
    expected = model(keras.applications.mobilenet_v2.preprocess_input(shown.astype(np.float32))).numpy()
    assert np.abs(inside.look(shown).vectors - expected).max() < 1e-4
    assert np.abs(gradients.features(shown, None) - expected).max() < 1e-4
    assert expected.std() > 0.1


@pytest.mark.parametrize("name", [NAMES[0], *slow(NAMES[1:])])
def test_models_of_every_kind_of_head(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exact if `is_exact`, and with the features that Keras gives without a head."""
    if not ALL:
        make_small(monkeypatch)
    backbone = find_backbone(name)
    keras.utils.set_random_seed(5)
    model = build_published(backbone)
    pictures = views(backbone)
    settle(model, family_input(backbone, pictures))
    write_published(model, tmp_path / "settled.h5")
    served = build_served(backbone, tmp_path / "settled.h5")
    convert(served, tmp_path / "model.xml")
    inside, gradients = (
        ClassActivation(tmp_path / "model.xml"),
        Gradients(backbone, tmp_path / "settled.h5"),
    )
    assert inside.is_exact is (name not in NOT_EXACT)
    features = gradients.features(pictures, None)
    scale = max(1.0, float(np.abs(features).max()))
    assert np.abs(inside.features(pictures) - features).max() < 1e-4 * scale
    if backbone.module != "efficientnet":  # which Keras builds otherwise without its published weights
        expected = headless(name, model)(family_input(backbone, pictures), training=False).numpy()
        assert np.abs(features - expected).max() < 1e-4 * scale
    last = served.layers[-1].layers[-1].name
    assert np.abs(gradients.features(pictures, last) - served(pictures, training=False)).max() < 1e-4
    by_gradients = gradients.class_activation(pictures, 3)
    assert np.isfinite(by_gradients).all()
    assert by_gradients.std() > 0
    if inside.is_exact:
        assert (
            np.corrcoef(inside.class_activation(inside.look(pictures), 3).ravel(), by_gradients.ravel())[0, 1]
            > 0.999
        )
    keras.backend.clear_session()


def headless(name: str, model: keras.Model) -> keras.Model:
    """Keras's own features with the weights of `model`, whose head's are its last."""
    builder = getattr(keras.applications, name)
    shape = model.input_shape[1:]
    without = builder(weights=None, include_top=False, pooling="avg", input_shape=shape)
    without.set_weights(model.get_weights()[: len(without.weights)])
    return without


def test_a_model_without_a_head_is_refused() -> None:
    picture = ov.opset13.parameter([1, 8, 8, 3], np.float32)
    squared = ov.opset13.multiply(picture, picture)
    with pytest.raises(NoHead):
        find_head(ov.Model([ov.opset13.softmax(squared, 1)], [picture]))


def test_channels_last_and_an_untransposed_matrix_are_read_too() -> None:
    """As other converters write them."""
    rng = np.random.default_rng(0)
    matrix = rng.normal(size=(3, 5)).astype(np.float32)
    picture = ov.opset13.parameter([1, 4, 6, 3], np.float32)
    pooled = ov.opset13.reduce_mean(picture, np.array([1, 2]), False)
    logits = ov.opset13.matmul(pooled, ov.opset13.constant(matrix), False, False)
    head = find_head(ov.Model([ov.opset13.softmax(logits, 1)], [picture]))
    assert not head.channels_first
    assert head.classifier is not None
    assert (head.classifier == matrix).all()
