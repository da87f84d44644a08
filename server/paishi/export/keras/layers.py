"""Finds the layers that a format does not take."""

from collections.abc import Callable

from paishi.models.keras.imports import keras
from paishi.models.keras.operations import MOST_NAMED, all_layers, in_words


def refused_layers(model: keras.Model, write: Callable[[keras.Model], object]) -> list[str]:
    """Describes the layers of `model`, at most MOST_NAMED, that `write` refuses as a model of their own.

    For converters that may name no operation: see `paishi.models.keras.operations` for the others.
    """
    refused: list[str] = []
    for layer in all_layers(model):
        try:
            alone = _alone(layer)
        except (AttributeError, ValueError, TypeError):  # used twice, or with other arguments than tensors
            continue
        try:
            write(alone)
        except Exception:  # whatever the converter raises
            refused.append(in_words(layer))
            if len(refused) == MOST_NAMED:
                break
    return refused


def _alone(layer: keras.Operation) -> keras.Model:
    inputs = keras.tree.map_structure(
        lambda tensor: keras.Input(batch_shape=tensor.shape, dtype=tensor.dtype), layer.input
    )
    return keras.Model(keras.tree.flatten(inputs), layer(inputs))
