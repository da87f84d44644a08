"""Choice of the layers that fine-tuning trains."""

import re

from paishi.models.keras.imports import keras
from paishi.models.layers import need_layer
from paishi.training.errors import TrainingRefused

_JOINS = {"Add", "Concatenate", "MaxPooling2D"}
"""Layers, or operations of the same name, as in ConvNeXt."""


def unfreeze(base: keras.Model, which: str) -> int:
    """Makes the last layers of `base` trainable and returns the index of the first.

    `which` is a number of blocks ("2"), the layers from an index on, as in Python ("249:"), or the name of a
    layer or block ("block_16"). Normalisation keeps its statistics in any case. Raises TrainingRefused and
    UnknownLayer.
    """
    first = _first(base, which.strip())
    base.trainable = True
    for layer in base.layers[:first]:
        layer.trainable = False
    if not base.trainable_variables:
        raise TrainingRefused(f"--fine-tune {which}: there are no weights in these layers of {base.name}.")
    return first


def _first(base: keras.Model, which: str) -> int:
    layers = len(base.layers)
    if match := re.fullmatch(r"(-?\d+):", which):
        index = int(match[1])
        if not -layers <= index < layers:
            raise TrainingRefused(f"--fine-tune {which}: {base.name} has {layers} layers.")
        return index % layers
    if which.isdigit():
        starts = block_starts(base)
        blocks = int(which)
        if not 0 < blocks <= len(starts):
            raise TrainingRefused(
                f"--fine-tune {which}: {base.name} has {len(starts)} blocks. Layers from a "
                f"number on are like {layers // 2}:."
            )
        return starts[-blocks]
    names = [layer.name for layer in base.layers]
    beginning = [index for index, name in enumerate(names) if name.startswith(which)]
    if not beginning:
        need_layer(base.name, which, names)
    return beginning[0]


def block_starts(base: keras.Model) -> list[int]:
    """Indices of the layers with which the blocks begin, first to last.

    A block ends where one layer or operation that joins or reduces is all that the following ones take.
    """
    position = {id(operation): index for index, operation in enumerate(base.operations)}
    reaches = [0] * len(base.operations)
    for index, operation in enumerate(base.operations):
        for node in operation._inbound_nodes:
            for before in node.parent_nodes:
                source = position.get(id(before.operation))
                if source is not None:
                    reaches[source] = max(reaches[source], index)
    layers = {id(layer) for layer in base.layers}
    starts, farthest, passed = [0], 0, 0
    for index, operation in enumerate(base.operations):
        passed += id(operation) in layers
        if farthest <= index and type(operation).__name__ in _JOINS:
            starts.append(passed)
        farthest = max(farthest, reaches[index])
    ends = [*starts[1:], len(base.layers)]
    return [
        start
        for start, end in zip(starts, ends, strict=True)
        if any(layer.weights for layer in base.layers[start:end])
    ]
