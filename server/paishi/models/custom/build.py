"""Builds the served form of a custom model. Importing this loads Keras.

Loading a `.keras` file can run code of its author, with `safe_mode` or without: several CVEs show ways. So
load only files that you trust like a program and, if the model runs on OpenVINO, only in the converting
process.
"""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from paishi.models.custom.card import GREY, OPAQUE, Card
from paishi.models.custom.ending import Form, ending
from paishi.models.custom.keras_file import KerasFile, read_keras_file
from paishi.models.errors import CustomModelRefused
from paishi.models.keras.imports import keras
from paishi.models.keras.preprocessing import preprocess

_WITHOUT_VALUES = ("Reshape", "Flatten", "Dropout", "Identity")


class BuiltCustom(NamedTuple):
    """The served form of a custom model.

    `model` takes (n, height, width, 3) uint8 RGB of 0..255 and returns probabilities (n, classes) float32.
    Each row sums to 1 unless the classes are `independent`.
    """

    model: keras.Model
    independent: bool


def build_custom(file: Path, card: Card) -> BuiltCustom:
    """Loads `file` (.keras) and puts the preprocessing of `card` in front, and its softmax or sigmoid behind.

    A single sigmoid, which decides between two classes, gives the probabilities of both. Raises
    CustomModelRefused if the model in `file` does not fit that.
    """
    found = read_keras_file(file)  # first, because it runs no code of the file
    return served(file, found, load(file, found.config), card)


def served(file: Path, found: KerasFile, model: keras.Model, card: Card) -> BuiltCustom:
    """As `build_custom`, for a `model` that is loaded and of which `file` has the description `found`."""
    height, width, channels = found.shape
    shape = (height or card.input_size, width or card.input_size, 3)
    pixels = keras.Input(shape, dtype="uint8", name="rgb")
    prepared = keras.ops.cast(_prepared(pixels, channels, card), model.inputs[0].dtype)
    output = _vector(file, keras.tree.flatten(model(_packed(model, prepared)))[0])
    values = sample_values(keras.Model(pixels, output))
    form, independent = ending(file, last_activation(model), values, card)
    return BuiltCustom(keras.Model(pixels, _probabilities(output, form), name="custom"), independent)


def load(file: Path, config: dict[str, object]) -> keras.Model:
    """Loads `file` (.keras), of which `config` is what `read_keras_file` found. Raises CustomModelRefused."""
    try:
        model = keras.saving.deserialize_keras_object(config, safe_mode=True)
        if isinstance(model, keras.Model):
            model.load_weights(str(file))
    except Exception as error:  # Keras raises nearly anything here
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise CustomModelRefused(f"{file} cannot be loaded by Keras {keras.__version__}: {reason}") from error
    if not isinstance(model, keras.Model):
        raise CustomModelRefused(f"{file} holds a {type(model).__name__}, which is no model.")
    return model


def _packed(model: keras.Model, tensor: keras.KerasTensor) -> Any:
    """`tensor` in the lists and dicts in which `model` takes its one input."""
    return (
        tensor if isinstance(model, keras.Sequential) else keras.tree.pack_sequence_as(model.input, [tensor])
    )


def _prepared(pixels: keras.KerasTensor, channels: int, card: Card) -> keras.KerasTensor:
    """Converts uint8 RGB to float32 of `channels` (1: grey, 4: RGBA, opaque) as `card` says."""
    x = keras.ops.cast(pixels, "float32")
    if channels == 1:
        x = keras.ops.sum(x * _constant(GREY), axis=-1, keepdims=True)
    elif channels == 4:
        x = keras.ops.concatenate([x, keras.ops.full_like(x[..., :1], OPAQUE)], axis=-1)
    if card.preprocessing is not None:
        return preprocess(x, card.preprocessing)
    if card.channels == "bgr":
        x = keras.ops.flip(x, axis=-1)
    x = x / card.normalisation.divisor - card.normalisation.offset
    if card.mean is not None:
        x = x - _constant(card.mean)
    return x if card.std is None else x / _constant(card.std)


def _constant(values: tuple[float, ...]) -> keras.KerasTensor:
    return keras.ops.convert_to_tensor(values, dtype="float32")


def _vector(file: Path, output: keras.KerasTensor) -> keras.KerasTensor:
    """`output` as (n, classes) float32; a model without a last Flatten may give (n, 1, 1, classes)."""
    *places, classes = output.shape[1:] or (None,)
    if classes is None or any(size != 1 for size in places):
        raise CustomModelRefused(
            f"{file} returns shape {output.shape}: it must be (None, classes), a probability for each label."
        )
    return keras.ops.cast(keras.ops.reshape(output, (-1, classes)), "float32")


def last_activation(model: keras.Model) -> str:
    """Name of the activation that the model ends with, such as "sigmoid"; "" if it is not known."""
    for layer in reversed(model.layers):
        if isinstance(layer, keras.Model):
            return last_activation(layer)
        name = getattr(getattr(layer, "activation", None), "__name__", "")
        if name == "linear" and isinstance(layer, keras.layers.Activation):
            continue  # a cast from half precision
        if type(layer).__name__ not in _WITHOUT_VALUES:
            return name or type(layer).__name__.lower()
    return ""


def sample_values(model: keras.Model) -> NDArray[np.float32]:
    """Outputs (pictures, n) for a few pictures: a gradient, a plain grey, and noise."""
    _, height, width, channels = model.input_shape
    shape = (1, height, width, channels)
    pictures = (
        np.linspace(0, 255, height * width * channels).reshape(shape),
        np.full(shape, 128),
        np.random.default_rng(0).integers(0, 256, shape),
    )
    rows = [np.asarray(model(picture.astype(np.uint8), training=False)) for picture in pictures]
    return np.concatenate(rows)


def _probabilities(output: keras.KerasTensor, form: Form) -> keras.KerasTensor:
    """Makes probabilities of `output` as `form` says."""
    ops = keras.ops
    match form:
        case "pair":
            return ops.concatenate([1 - output, output], axis=-1)
        case "pair of logits":
            return ops.concatenate([ops.sigmoid(-output), ops.sigmoid(output)], axis=-1)
        case "sigmoid":
            return ops.sigmoid(output)
        case "softmax":
            return ops.softmax(output)
        case "as it is":
            return output
