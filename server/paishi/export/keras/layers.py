"""Finds the layers that a format does not take."""

from collections.abc import Callable, Iterator

from paishi.models.keras.imports import keras

_MOST_NAMED = 3
_WITHOUT_WORK = ("InputLayer", "Cast", "Dropout", "Identity")
"""Alone they leave converters nothing to convert."""


def refused_layers(model: keras.Model, write: Callable[[keras.Model], object]) -> list[str]:
    """Describes the layers of `model`, at most three, that `write` refuses as a model of their own.

    A converter names its own operations at best, which people cannot look for in a model.
    """
    refused: list[str] = []
    for layer in _layers(model):
        try:
            alone = _alone(layer)
        except (AttributeError, ValueError, TypeError):  # used twice, or with other arguments than tensors
            continue
        try:
            write(alone)
        except Exception:  # whatever the converter raises
            refused.append(f"layer {layer.name!r} ({type(layer).__name__})")
            if len(refused) == _MOST_NAMED:
                break
    return refused


def _layers(model: keras.Model) -> Iterator[keras.Operation]:
    """Yields the layers and the operations between them, with those of models inside."""
    for layer in getattr(model, "operations", model.layers):
        if isinstance(layer, keras.Model):
            yield from _layers(layer)
        elif type(layer).__name__ not in _WITHOUT_WORK:
            yield layer


def _alone(layer: keras.Operation) -> keras.Model:
    inputs = keras.tree.map_structure(
        lambda tensor: keras.Input(batch_shape=tensor.shape, dtype=tensor.dtype), layer.input
    )
    return keras.Model(keras.tree.flatten(inputs), layer(inputs))
