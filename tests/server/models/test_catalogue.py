"""Every fact of the catalogue equals that of the installed Keras."""

import numpy as np
import pytest

from paishi.models.backbone import KERAS, PublishedWeights
from paishi.models.catalogue import CATALOGUE, find_backbone
from paishi.models.errors import UnknownModel
from paishi.models.keras.imports import keras
from paishi.models.keras.preprocessing import preprocess
from tests.server.models.keras_models import Fetched, family_input, keras_fetches, without_values

OF_KERAS = [name for name, backbone in CATALOGUE.items() if backbone.publisher is KERAS]


def test_holds_all_models_of_keras() -> None:
    models = {name for name in dir(keras.applications) if callable(getattr(keras.applications, name))}
    assert set(OF_KERAS) == models
    assert all(name == backbone.name for name, backbone in CATALOGUE.items())


@pytest.mark.slow
@pytest.mark.no_cover  # the tracer doubles the time of Keras's own code, and others run ours
@pytest.mark.filterwarnings("ignore:`input_shape` is undefined or non-square")  # MobileNetV3's defaults
@pytest.mark.parametrize("name", OF_KERAS)
def test_is_what_keras_builds_and_fetches(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    backbone = CATALOGUE[name]
    with monkeypatch.context() as patch, without_values():
        asked = keras_fetches(patch)
        model = getattr(keras.applications, name)(weights="imagenet")
    weights = backbone.weights
    assert isinstance(weights, PublishedWeights)
    assert asked == [Fetched(weights.file, weights.url, weights.hash)]
    assert model.count_params() == backbone.parameters
    assert model.output_shape == (None, 1000)
    # MobileNetV3 leaves its size open; its file is named for the one that it was trained on.
    size = None if backbone.module == "mobilenet_v3" else backbone.input_size
    assert model.input_shape == (None, size, size, 3)
    assert size or f"_{backbone.input_size}_" in weights.file


@pytest.mark.parametrize("name", OF_KERAS)
def test_prepares_pixels_as_the_family_does(name: str) -> None:
    backbone = CATALOGUE[name]
    every_value = np.arange(256, dtype=np.uint8)
    pixels = np.stack([every_value, every_value[::-1], np.roll(every_value, 99)], axis=-1).reshape(
        1, 16, 16, 3
    )
    theirs = family_input(backbone, pixels)
    ours = np.asarray(preprocess(pixels, backbone.preprocessing))
    assert ours.dtype == np.float32
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=0)


@pytest.mark.parametrize("name", CATALOGUE)
def test_published_numbers_are_plausible(name: str) -> None:
    """Guards against typing errors: nothing installed has the published numbers."""
    backbone = CATALOGUE[name]
    mebibytes = backbone.parameters * 4 / 2**20
    assert backbone.top1 is not None
    assert 60 < backbone.top1 < (backbone.top5 or 100) < 100.1
    assert backbone.download_mb == pytest.approx(mebibytes, rel=0.5)


@pytest.mark.parametrize("written", ["ResNet50", "resnet50", " RESNET50 "])
def test_case_does_not_matter(written: str) -> None:
    assert find_backbone(written).name == "ResNet50"


@pytest.mark.parametrize(
    ("written", "suggested"),
    [("resnet5", "ResNet50"), ("mobilnet_v2", "MobileNetV2"), ("efficient-net-b0", "EfficientNetB0")],
)
def test_a_typing_error_gives_a_suggestion(written: str, suggested: str) -> None:
    with pytest.raises(UnknownModel, match=f"no model called '{written}'. Did you mean .*{suggested}"):
        find_backbone(written)


def test_any_other_name_gives_the_list() -> None:
    with pytest.raises(UnknownModel, match=r"Models are Xception, VGG16, .*ConvNeXtXLarge, .*PPHGNetV2_B6"):
        find_backbone("?")
