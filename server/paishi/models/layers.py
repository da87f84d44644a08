"""Names of a model's layers in requests."""

from collections.abc import Sequence
from difflib import get_close_matches

from paishi.models.errors import UnknownLayer

_NEAREST = 3


def need_layer(model: str, name: str, layers: Sequence[str]) -> None:
    """Raises UnknownLayer, which suggests names, unless `name` is one of `layers`, given first to last."""
    if name in layers:
        return
    near = get_close_matches(name, layers, n=_NEAREST)
    last = ", ".join(layers[-_NEAREST:])
    suggestion = f"Did you mean {' or '.join(near)}?" if near else f"The last ones are {last}."
    raise UnknownLayer(f"{model} has no layer called {name!r}. {suggestion}")
