"""Compares a built entry with its row of the table."""

from collections.abc import Iterator
from math import prod

from paishi.gallery.build import build_to_look_at
from paishi.gallery.entries import Entry, LayerCount
from paishi.models.keras.imports import keras


def differences(entry: Entry) -> list[str]:
    """Builds `entry`; returns a sentence for each figure that is not the table's."""
    return list(_differences(entry, build_to_look_at(entry)))


def _differences(entry: Entry, model: keras.Model) -> Iterator[str]:
    yield from _of_totals(entry, model)
    if len(model.layers) != entry.depth:
        yield f"{len(model.layers)} layers, expected {entry.depth}"
    shapes = tuple(str(tuple(output.shape)) for output in model.outputs)
    if shapes != entry.outputs:
        yield f"outputs {', '.join(shapes)}, expected {', '.join(entry.outputs)}"
    for number, (layer, wanted) in enumerate(zip(model.layers, entry.layers, strict=False)):
        count = LayerCount(type(layer).__name__, layer.count_params())
        if count != wanted:
            whose = "printed" if number < entry.prints_layers else "expected"
            yield f"layer {number}: {count.kind} {count.params:,}, {whose} {wanted.kind} {wanted.params:,}"
    for name, params in entry.prints_named.items():
        if (has := model.get_layer(name).count_params()) != params:
            yield f"{name}: {has:,} parameters, printed {params:,}"


def _of_totals(entry: Entry, model: keras.Model) -> Iterator[str]:
    total, trainable = model.count_params(), sum(prod(weight.shape) for weight in model.trainable_weights)
    found = (total, trainable, total - trainable)
    whose = "printed" if entry.prints_params else "expected"
    for what, has, wants in zip(("total", "trainable", "non-trainable"), found, entry.params, strict=True):
        if has != wants:
            yield f"{has:,} {what} parameters, {whose} {wants:,}"
