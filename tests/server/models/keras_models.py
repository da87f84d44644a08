"""Keras's models, for comparison: without weights, or with weights that expose mistakes."""

import inspect
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import h5py
import numpy as np
import pytest
from numpy.typing import NDArray

from paishi.models.catalogue import Backbone
from paishi.models.keras.imports import keras

# The smallest of each family.
FAMILIES = [
    "Xception",
    "VGG16",
    "ResNet50",
    "ResNet50V2",
    "InceptionV3",
    "InceptionResNetV2",
    "MobileNet",
    "MobileNetV2",
    "MobileNetV3Small",
    "DenseNet121",
    "NASNetMobile",
    "EfficientNetB0",
    "EfficientNetV2B0",
    "ConvNeXtTiny",
]


@dataclass(frozen=True, slots=True)
class Fetched:
    """A download that Keras would have started."""

    file: str
    url: str
    hash: str | None


def keras_fetches(monkeypatch: pytest.MonkeyPatch) -> list[Fetched]:
    """Replaces downloads of Keras and the loading of their files; returns a list that receives them."""
    asked: list[Fetched] = []

    def get_file(fname: str, origin: str, cache_subdir: str, file_hash: str | None = None) -> str:
        assert cache_subdir == "models"
        asked.append(Fetched(fname, origin, file_hash))
        return "not loaded"

    monkeypatch.setattr("keras.src.utils.file_utils.get_file", get_file)
    monkeypatch.setattr(keras.Model, "load_weights", lambda model, file: None)
    return asked


@contextmanager
def without_values() -> Iterator[None]:
    """Models built in the block have weights with shapes but no values.

    ConvNeXtXLarge then takes a third of a second and no memory, instead of ten seconds and 1.4 GB.
    """
    with keras.StatelessScope(initialize_variables=False):
        yield
    keras.backend.clear_session()


def family_input(backbone: Backbone, views: NDArray[np.uint8]) -> NDArray[np.float32]:
    """`views` as the family's own preprocess_input leaves them."""
    preprocess_input = getattr(keras.applications, backbone.module).preprocess_input
    preprocessed: NDArray[np.float32] = preprocess_input(views.astype(np.float32))
    return preprocessed


def views(backbone: Backbone, count: int = 2) -> NDArray[np.uint8]:
    return views_of(backbone.input_size, count)


def views_of(size: int, count: int) -> NDArray[np.uint8]:
    """Pictures of coarse blotches with fine noise, and every value from 0 to 255."""
    rng = np.random.default_rng(7)
    coarse = rng.integers(0, 200, (count, 8, 8, 3))
    blotches = coarse.repeat(size // 8 + 1, axis=1).repeat(size // 8 + 1, axis=2)[:, :size, :size]
    return (blotches + rng.integers(0, 56, blotches.shape)).astype(np.uint8)


def settle(model: keras.Model, pictures: NDArray[np.float32]) -> None:
    """Gives a fresh model weights that expose a wrong reading of them.

    Fresh ones would not do: every mean is 0, every variance 1, and what was seen is lost on the way to an
    almost flat softmax. So every normalisation learns its statistics from `pictures`, as in training, and
    the classifier is scaled until its logits have a deviation of 2, or less if one class would have it all.
    """
    rng = np.random.default_rng(11)
    for weight in model.weights:
        name, shape = weight.path.rpartition("/")[2], tuple(weight.shape)
        if "normalization/" in weight.path and name in ("mean", "variance"):  # EfficientNet's, as published
            weight.assign((0.485, 0.456, 0.406) if name == "mean" else (0.229, 0.224, 0.225))
        elif name in ("beta", "bias"):
            weight.assign(rng.normal(0, 0.1, shape))
        elif name == "gamma":
            weight.assign(rng.uniform(0.7, 1.3, shape))
    for layer in model.layers:
        if isinstance(layer, keras.layers.Normalization):
            layer.finalize_state()  # it calculates with copies of its weights
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = 0.0  # of the past
    model(pictures, training=True)
    _scale_classifier(model, pictures)


def _scale_classifier(model: keras.Model, pictures: NDArray[np.float32]) -> None:
    classifier = next(layer for layer in reversed(model.layers) if layer.weights)
    logits = np.log(np.maximum(np.asarray(model(pictures, training=False)), 1e-30))
    scale = 2.0 / logits.std()
    # If one class had it all, no difference would show.
    while np.asarray(keras.ops.softmax(scale * logits)).max() > 0.9:
        scale /= 2
    classifier.kernel.assign(classifier.kernel * scale)


def write_published(model: keras.Model, file: Path) -> None:
    """Writes weights in the form in which Keras publishes them, which its public API can only read."""
    from keras.src.legacy.saving.legacy_h5_format import save_weights_to_hdf5_group

    with h5py.File(file, "w") as stored, warnings.catch_warnings():
        warnings.filterwarnings("ignore", "__array__ implementation doesn't accept a copy keyword")
        save_weights_to_hdf5_group(stored, model)


def make_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leaves out blocks that only repeat others, and narrows VGG's layers of 4096 units, which take 5 GB.

    Building, tracing and reading cost time by the block. Each kind of block stays, and each change of size.
    """
    apps = keras.src.applications

    def change(module: str, function: str, **changes: Callable[[Any], Any]) -> None:
        original = getattr(getattr(apps, module), function)
        signature = inspect.signature(original)

        def changed(*given: object, **options: object) -> object:
            call = signature.bind(*given, **options)
            call.arguments.update({name: made(call.arguments[name]) for name, made in changes.items()})
            return original(*call.args, **call.kwargs)

        monkeypatch.setattr(f"keras.src.applications.{module}.{function}", changed)

    change("resnet", "stack_residual_blocks_v1", blocks=lambda blocks: 2)
    change("resnet", "stack_residual_blocks_v2", blocks=lambda blocks: 2)
    change("densenet", "dense_block", blocks=lambda blocks: 2)
    change("nasnet", "NASNet", num_blocks=lambda blocks: 1)
    change("efficientnet", "EfficientNet", depth_coefficient=lambda depth: 0.5)
    change("efficientnet_v2", "EfficientNetV2", depth_coefficient=lambda depth: 0.4)
    of_inception, of_convnext = apps.inception_resnet_v2.inception_resnet_block, apps.convnext.ConvNeXtBlock
    monkeypatch.setattr(
        "keras.src.applications.inception_resnet_v2.inception_resnet_block",
        lambda x, **options: of_inception(x, **options) if options["block_idx"] in (1, 10) else x,
    )
    monkeypatch.setattr(
        "keras.src.applications.convnext.ConvNeXtBlock",
        lambda **options: of_convnext(**options) if options["name"].endswith("_block_0") else lambda x: x,
    )
    for module in ("inception_v3", "xception"):  # whose blocks are in loops
        monkeypatch.setattr(f"keras.src.applications.{module}.range", lambda count: range(1), raising=False)
    layers = SimpleNamespace(**vars(keras.src.layers))
    layers.Dense = lambda units, **options: keras.layers.Dense(64 if units == 4096 else units, **options)
    monkeypatch.setattr("keras.src.applications.vgg16.layers", layers)
