"""Files of converted models, and facts that are stored in them."""

import errno
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from paishi.runtimes.openvino.imports import ov

_LAYERS = ["paishi", "layers"]
_INDEPENDENT = ["paishi", "independent"]


def save_model(model: Any, xml: Path) -> None:
    """Writes `model`, an `openvino.Model`, to `xml` and a .bin beside it. Raises OSError (a full disk)."""
    try:
        # Half precision would halve the size and change the probabilities.
        ov.save_model(model, xml, compress_to_fp16=False)
    except RuntimeError as error:
        raise OSError(errno.EIO, f"{xml} cannot be written") from error


def store_layer_names(model: Any, names: Sequence[str]) -> None:
    """Stores `names`, those of its layers in Keras, in `model`, an `openvino.Model` that is then saved."""
    model.set_rt_info(json.dumps(names), _LAYERS)


def layer_names(model: Any) -> tuple[str, ...]:
    """Returns the names in `model`, first to last; none if an earlier version converted it."""
    return tuple(json.loads(_read(model, _LAYERS, "[]")))


def note_independent(model: Any, independent: bool) -> None:
    """Stores whether each class of `model` has a probability of its own; otherwise they sum to 1."""
    model.set_rt_info(json.dumps(independent), _INDEPENDENT)


def is_independent(model: Any) -> bool:
    return bool(json.loads(_read(model, _INDEPENDENT, "false")))


def _read(model: Any, path: list[str], default: str) -> str:
    return str(model.get_rt_info(path).astype(str)) if model.has_rt_info(path) else default
