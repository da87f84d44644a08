"""An entry that takes pictures, as a model that photos can train from scratch."""

import inspect
from functools import partial

from paishi.gallery.build import builder
from paishi.gallery.entries import Entry
from paishi.models.custom.build import last_activation
from paishi.models.custom.card import GREY
from paishi.models.keras.imports import keras
from paishi.training.keras.build import with_probabilities
from paishi.training.options import Architecture

layers = keras.layers


def architecture(entry: Entry) -> Architecture:
    """`entry`, whose `side` is not 0, as `paishi train` takes it."""
    return Architecture(entry.key, entry.side, partial(photo_classifier, entry))


def photo_classifier(entry: Entry, side: int, classes: int) -> keras.Model:
    """Random weights: uint8 RGB (n, side, side, 3) to probabilities (n, classes) float32.

    What is printed gets pixels of -1..1, in grey, as a vector or as a sequence if it takes them so; maps
    without classes get a softmax on their mean over places. Raises ValueError if `side` is too small.
    """
    build = builder(entry)
    sizes = {"side": side, "pixels": side**2, "steps": side**2, "classes": classes}
    taken = inspect.signature(build).parameters
    printed = build(**{name: size for name, size in sizes.items() if name in taken})
    for layer in printed.layers:  # some freeze those that they take from Keras Applications
        layer.trainable = True
    rgb = keras.Input((side, side, 3), dtype="uint8", name="rgb")
    pixels = keras.ops.cast(rgb, "float32") / 127.5 - 1.0
    inputs = [_as_taken(pixels, one.shape[1:]) for one in printed.inputs]
    x = printed(inputs if len(inputs) > 1 else inputs[0])
    if len(x.shape) == 4:
        x = layers.GlobalAveragePooling2D(name="pooling")(x)
    if "classes" not in taken:
        x = layers.Dense(classes, activation="softmax", name="classes")(x)
    model = keras.Model(rgb, x, name=entry.key)
    # Sigmoid units of classes that exclude each other, as some notes print them, are no probabilities.
    return with_probabilities(model, "sigmoid") if last_activation(printed) == "sigmoid" else model


def _as_taken(pixels: keras.KerasTensor, shape: tuple[int | None, ...]) -> keras.KerasTensor:
    """`pixels` (n, side, side, 3) in grey unless `shape` ends with three channels, and of that shape."""
    if shape[-1] != 3:
        pixels = keras.ops.sum(pixels * keras.ops.convert_to_tensor(GREY, "float32"), axis=-1, keepdims=True)
    if len(shape) == 3:
        factor = pixels.shape[1] // (shape[0] or pixels.shape[1])
        return layers.AveragePooling2D(factor)(pixels) if factor > 1 else pixels
    return layers.Reshape(shape)(pixels)
