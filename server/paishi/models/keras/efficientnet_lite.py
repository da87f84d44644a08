"""EfficientNet-Lite as a Keras model, and its published arrays as the model's weights."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from paishi.models.efficientnet_lite import (
    BATCH_NORM_EPSILON,
    CLASSES,
    HEAD_CHANNELS,
    STEM_CHANNELS,
    Block,
    blocks,
    named_layers,
)
from paishi.models.errors import WeightsMismatch
from paishi.models.keras.imports import keras
from paishi.models.weights.torch_file import read_tensors

_DROPOUT = 0.2
_DROP_CONNECT = 0.2


def build_efficientnet_lite(name: str, size: int) -> keras.Model:
    """Builds `name`, EfficientNetLite0 to 2, for (n, size, size, 3) float32 as `Preprocessing.LITE` leaves
    them; returns (n, 1000) float32, each row a softmax. Layers are named as in Keras's EfficientNet."""
    all_blocks = blocks(name)
    pixels = keras.Input((size, size, 3), name="input")
    x = _convolution(pixels, "stem_", STEM_CHANNELS, kernel=3, stride=2)
    for number, block in enumerate(all_blocks):
        x = _block(x, block, drop_rate=_DROP_CONNECT * number / len(all_blocks))
    x = _convolution(x, "top_", HEAD_CHANNELS)
    x = keras.layers.GlobalAveragePooling2D(name="avg_pool")(x)
    x = keras.layers.Dropout(_DROPOUT, name="top_dropout")(x)
    softmax = keras.layers.Dense(CLASSES, activation="softmax", name="predictions")(x)
    return keras.Model(pixels, softmax, name=name)


def load_efficientnet_lite(model: keras.Model, file: Path) -> None:
    """Loads `file`, as published, into `model`. Raises WeightsMismatch, WeightsCorrupt."""
    tensors = read_tensors(file)
    for layer, arrays in named_layers(model.name):
        target = model.get_layer(layer)
        values = [_as_keras(target, tensors[array]) for array in arrays if array in tensors]
        if [value.shape for value in values] != [tuple(weight.shape) for weight in target.weights]:
            raise WeightsMismatch(f"{file} does not fit {model.name}: {arrays[0]} is not that of {layer}.")
        target.set_weights(values)


def _as_keras(layer: keras.layers.Layer, array: NDArray[np.float32]) -> NDArray[np.float32]:
    """PyTorch's axes are (out, in, height, width), Keras's (height, width, in, out)."""
    if array.ndim == 4:
        is_depthwise = isinstance(layer, keras.layers.DepthwiseConv2D)
        return array.transpose((2, 3, 0, 1) if is_depthwise else (2, 3, 1, 0))
    return array.T


def _block(x: keras.KerasTensor, block: Block, drop_rate: float) -> keras.KerasTensor:
    inputs = x
    if block.expansion > 1:
        x = _convolution(x, f"{block.name}expand_", block.channels)
    x = keras.layers.DepthwiseConv2D(
        block.kernel, block.stride, "same", use_bias=False, name=f"{block.name}dwconv"
    )(x)
    x = _normalised(x, block.name)
    x = _convolution(x, f"{block.name}project_", block.outputs, activated=False)
    if not block.has_shortcut:
        return x
    x = keras.layers.Dropout(drop_rate, noise_shape=(None, 1, 1, 1), name=f"{block.name}drop")(x)
    return keras.layers.Add(name=f"{block.name}add")([x, inputs])


def _convolution(
    x: keras.KerasTensor, name: str, channels: int, kernel: int = 1, stride: int = 1, activated: bool = True
) -> keras.KerasTensor:
    x = keras.layers.Conv2D(channels, kernel, stride, "same", use_bias=False, name=f"{name}conv")(x)
    return _normalised(x, name, activated)


def _normalised(x: keras.KerasTensor, name: str, activated: bool = True) -> keras.KerasTensor:
    x = keras.layers.BatchNormalization(epsilon=BATCH_NORM_EPSILON, name=f"{name}bn")(x)
    return keras.layers.ReLU(6.0, name=f"{name}activation")(x) if activated else x
