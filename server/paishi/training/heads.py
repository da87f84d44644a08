"""Heads as data: the layers behind a backbone without its own."""

from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal, NamedTuple

from paishi.training.errors import TrainingRefused


class Dense(NamedTuple):
    """A layer of `units` with the head's hidden activation."""

    units: int


class Dropout(NamedTuple):
    rate: float


@dataclass(frozen=True, slots=True)
class Head:
    """Layers between a backbone's last map and the classes.

    `joins` is what makes a vector of the map: its mean over places, or all of it. An `output` of "sigmoid" is
    trained as it is and saved with its sum divided out, since its values are no distribution. `optimizer` and
    `fine_tune` are what the recipe trains with unless the operator says otherwise.
    """

    name: str
    joins: Literal["pooling", "flatten"]
    hidden: tuple[Dense | Dropout, ...]
    output: Literal["softmax", "sigmoid"]
    optimizer: str = "adam"
    fine_tune: str = ""


_TWO_LAYERS = (Dense(1024), Dropout(0.5), Dense(512), Dropout(0.3))

HEADS = {
    head.name: head
    for head in (
        Head("plain", "pooling", (Dropout(0.2),), "softmax"),
        Head("vgg16-1", "flatten", (Dense(512), Dropout(0.05)), "softmax"),
        Head("vgg16-2", "flatten", _TWO_LAYERS, "sigmoid"),
        Head("densenet169", "flatten", _TWO_LAYERS, "sigmoid"),
        Head("xception", "flatten", _TWO_LAYERS, "sigmoid"),
        Head("inception-v3", "pooling", (Dense(1024),), "softmax", "rmsprop", "249:"),
    )
}


def find_head(name: str) -> Head:
    """Raises TrainingRefused, which suggests the nearest, for an unknown name."""
    if name in HEADS:
        return HEADS[name]
    near = get_close_matches(name.lower(), HEADS, n=1)
    suggestion = f"Did you mean {near[0]}?" if near else f"There are {', '.join(HEADS)}."
    raise TrainingRefused(f"There is no head {name!r}. {suggestion}")
