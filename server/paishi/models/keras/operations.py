"""Which layer of a model an operation of its graph comes from.

Converters name the operations that they lack, which people cannot look for in a model.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from paishi.models.keras.imports import keras, tf

MOST_NAMED = 3
"""Layers in one sentence."""

_WITHOUT_WORK = ("InputLayer", "Cast", "Dropout", "Identity")
"""Alone they leave converters nothing to convert."""


def all_layers(model: keras.Model) -> Iterator[keras.Operation]:
    """Yields the layers and the operations between them, with those of models inside."""
    for layer in getattr(model, "operations", model.layers):
        if isinstance(layer, keras.Model):
            yield from all_layers(layer)
        elif type(layer).__name__ not in _WITHOUT_WORK:
            yield layer


def in_words(layer: keras.Operation) -> str:
    return f"layer {layer.name!r} ({type(layer).__name__})"


def layers_by_operation(model: keras.Model, graph: tf.Graph) -> dict[str, list[str]]:
    """The layers, in words, by the type of the operations that `graph`, traced from `model`, has of them.

    TensorFlow's scopes have the names of layers, with a number from the second call on.
    """
    layers = {layer.name: in_words(layer) for layer in all_layers(model)}
    found: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for operation in graph.get_operations():
        for scope in operation.name.split("/"):
            for name in {scope, re.sub(r"_\d+$", "", scope)} & layers.keys():
                found[operation.type][layers[name]] = None
    return {kind: list(of) for kind, of in found.items()}


def name_layers(by_operation: Mapping[str, Iterable[str]], operations: Iterable[str]) -> list[str]:
    """The layers, at most MOST_NAMED, with an operation whose type begins with one of `operations`."""
    wanted = tuple(operations)
    found = [layer for kind, layers in by_operation.items() if kind.startswith(wanted) for layer in layers]
    return list(dict.fromkeys(found))[:MOST_NAMED]
