"""A model as layers and the calls between them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from paishi.models.keras.imports import keras


class Source(NamedTuple):
    """The output `tensor` of the call number `call` of the layer `name`."""

    name: str
    call: int
    tensor: int

    def __str__(self) -> str:
        return f"{self.name}[{self.call}][{self.tensor}]"


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer of a model; `calls` has, for each call of it, where its inputs come from."""

    name: str
    kind: str
    output: str
    params: int
    calls: tuple[tuple[Source, ...], ...]

    @property
    def sources(self) -> list[str]:
        """Names of the layers before, each once and without itself."""
        names = dict.fromkeys(source.name for call in self.calls for source in call)
        return [name for name in names if name != self.name]


def read_graph(model: keras.Model) -> list[Layer]:
    """The layers in Keras's order, with the inputs of a Sequential model."""
    if isinstance(model, keras.Sequential):
        return _chain(model)
    calls = {row["name"]: _calls(row["inbound_nodes"]) for row in model.get_config()["layers"]}
    # A model within a model counts its calls from the one on that built it.
    first: dict[str, int] = {}
    for source in (source for rows in calls.values() for call in rows for source in call):
        first[source.name] = min(source.call, first.get(source.name, source.call))
    return [
        _layer(
            layer,
            tuple(
                tuple(source._replace(call=source.call - first[source.name]) for source in call)
                for call in calls[layer.name]
            ),
        )
        for layer in model.layers
    ]


def _chain(model: keras.Sequential) -> list[Layer]:
    [inputs] = model.inputs
    found = [Layer(inputs.name, "InputLayer", str(tuple(inputs.shape)), 0, ())]
    for layer in model.layers:
        found.append(_layer(layer, ((Source(found[-1].name, 0, 0),),)))
    return found


def _layer(layer: keras.Layer, calls: tuple[tuple[Source, ...], ...]) -> Layer:
    output = layer.output  # of the first call
    outputs = output if isinstance(output, list | tuple) else [output]
    shapes = ", ".join(str(tuple(one.shape)) for one in outputs)
    return Layer(layer.name, type(layer).__name__, shapes, layer.count_params(), calls)


def _calls(nodes: list[dict[str, Any]]) -> tuple[tuple[Source, ...], ...]:
    return tuple(tuple(_sources(node)) for node in nodes)


def _sources(value: Any) -> Iterator[Source]:
    """All tensors within the serialised arguments of a call."""
    if isinstance(value, dict):
        if value.get("class_name") == "__keras_tensor__":
            yield Source(*value["config"]["keras_history"])
        else:
            for inner in value.values():
                yield from _sources(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _sources(inner)
