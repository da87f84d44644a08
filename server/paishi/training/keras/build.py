"""Builds backbones without their head, heads, and the model of both."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from paishi.models.backbone import Backbone, PackagedWeights
from paishi.models.keras.build import build_published, rescale_after_normalization
from paishi.models.keras.efficientnet_lite import build_efficientnet_lite
from paishi.models.keras.imports import keras, tf
from paishi.models.keras.preprocessing import preprocess
from paishi.models.keras.stored_weights import load_weights
from paishi.runtimes.openvino.imports import convert_model, ov
from paishi.runtimes.openvino.runtime import compiled
from paishi.system.cpu_count import usable_cores
from paishi.training.errors import TrainingRefused
from paishi.training.heads import Dense, Dropout, Head
from paishi.training.keras.names import HeadOptions

_EPSILON = 1e-7


def build_backbone(backbone: Backbone, size: int, weights: Path | None) -> keras.Model:
    """Builds `backbone` without its head, for float32 (n, size, size, 3); returns maps.

    `weights` is a file for the model with its head, of which it takes what it needs; None leaves them random.
    Maps are (n, height, width, channels). Raises TrainingRefused if `size` is too small, WeightsMismatch and
    WeightsCorrupt.
    """
    try:
        if isinstance(backbone.weights, PackagedWeights):
            whole = build_efficientnet_lite(backbone.name, size)
            last = next(layer for layer in reversed(whole.layers) if len(layer.output.shape) == 4)
            model = keras.Model(whole.input, last.output, name=backbone.name)
        else:
            whole, model = None, _without_head(backbone, size)
    except ValueError as error:
        raise TrainingRefused(f"--size {size} is too small for {backbone.name}: {error}") from error
    if weights is None:
        return model
    if whole is not None:  # its weights are the same in any size
        load_weights(whole, weights)
        return model
    published = build_published(backbone)
    load_weights(published, weights)
    for mine, theirs in zip(model.weights, published.weights, strict=False):
        assert tuple(mine.shape) == tuple(theirs.shape), (mine.path, theirs.path)
        mine.assign(theirs)
    return model


def _without_head(backbone: Backbone, size: int) -> keras.Model:
    builder = getattr(keras.applications, backbone.name)
    model = builder(weights=None, include_top=False, input_shape=(size, size, 3))
    return rescale_after_normalization(model) if backbone.module == "efficientnet" else model


def build_head(head: Head, maps: tuple[int, ...], classes: int, options: HeadOptions) -> keras.Model:
    """Builds `head` for `classes`; it takes maps (height, width, channels), or their mean (channels)."""
    inputs = x = keras.Input(maps, name="features")
    if head.joins == "flatten":
        x = keras.layers.Flatten(name="flatten")(x)
    elif len(maps) > 1:
        x = keras.layers.GlobalAveragePooling2D(name="pooling")(x)
    for number, layer in enumerate(head.hidden, 1):
        match layer:
            case Dropout(rate):
                x = keras.layers.Dropout(rate, name=f"dropout_{number}")(x)
            case Dense(units):
                x = keras.layers.Dense(units, name=f"dense_{number}", **options.dense())(x)
                x = options.activation(x)
    x = keras.layers.Dense(classes, activation=head.output, name="classes", **options.dense())(x)
    return keras.Model(inputs, x, name="head")


def join(backbone: Backbone, base: keras.Model, head: keras.Model) -> keras.Model:
    """The model of both, with preprocessing in front: uint8 RGB (n, size, size, 3) to (n, classes)."""
    pixels = keras.Input(base.input_shape[1:], dtype="uint8", name="rgb")
    maps = base(preprocess(pixels, backbone.preprocessing))
    if len(head.input_shape) == 2:
        maps = keras.layers.GlobalAveragePooling2D(name="pooling")(maps)
    return keras.Model(pixels, head(maps), name=f"{backbone.name}-trained")


def with_probabilities(model: keras.Model, output: str) -> keras.Model:
    """`model` as it is saved: sigmoid outputs are divided by their sum."""
    if output == "softmax":
        return model
    x = model.output + _EPSILON
    return keras.Model(model.input, x / keras.ops.sum(x, axis=-1, keepdims=True), name=model.name)


class KerasExtractor:
    """As `Extractor`, by Keras."""

    def __init__(self, key: str, size: int, run: Callable[[tf.Tensor], tf.Tensor]) -> None:
        self.key = key
        self.size = size
        self._run = run

    def features(self, views: NDArray[np.uint8]) -> NDArray[np.float32]:
        found: NDArray[np.float32] = self._run(tf.constant(np.ascontiguousarray(views))).numpy()
        return found


class OpenVINOExtractor:
    """As `Extractor`, by OpenVINO in half of Keras's processor time. It converts the model at first use."""

    def __init__(self, key: str, size: int, run: Callable[[tf.Tensor], tf.Tensor]) -> None:
        self.key = f"{key} openvino"
        self.size = size
        self._run = run
        self._queue: Any = None

    def features(self, views: NDArray[np.uint8]) -> NDArray[np.float32]:
        if self._queue is None:
            self._queue = self._converted()
        found: dict[int, NDArray[np.float32]] = {}

        def keep(request: Any, number: int) -> None:
            found[number] = request.get_output_tensor(0).data[0].copy()

        self._queue.set_callback(keep)
        for number, view in enumerate(views):
            self._queue.start_async({0: view[None]}, number)
        self._queue.wait_all()
        return np.stack([found[number] for number in range(len(views))])

    def _converted(self) -> Any:
        model = convert_model(self._run.get_concrete_function())  # type: ignore[attr-defined]
        model.reshape({0: ov.PartialShape([1, self.size, self.size, 3])})
        cores = usable_cores()
        return ov.AsyncInferQueue(compiled(model, "fp32", threads=cores, streams=cores), cores)


def extractor(
    backbone: Backbone, base: keras.Model, head: Head, weights: str
) -> KerasExtractor | OpenVINOExtractor:
    """The frozen `base`, and the pooling if `head` begins with it. `weights` identifies those of `base`."""
    size = base.input_shape[1]
    signature = tf.TensorSpec((None, size, size, 3), tf.uint8)

    def run(rgb: tf.Tensor) -> tf.Tensor:
        maps = base(preprocess(rgb, backbone.preprocessing), training=False)
        return tf.reduce_mean(maps, axis=(1, 2)) if head.joins == "pooling" else maps

    traced = tf.function(run, input_signature=[signature], autograph=False)
    key = f"{backbone.name} {size} {head.joins} {weights}"
    has_gpu = bool(tf.config.list_logical_devices("GPU"))
    return (KerasExtractor if has_gpu else OpenVINOExtractor)(key, size, traced)
