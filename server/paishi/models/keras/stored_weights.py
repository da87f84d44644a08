"""Loads a weights file into a model and describes mismatches."""

import warnings
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import h5py

from paishi.models.errors import WeightsCorrupt, WeightsMismatch
from paishi.models.keras.efficientnet_lite import load_efficientnet_lite
from paishi.models.keras.imports import keras
from paishi.models.keras.old_resnet50 import is_old_resnet50, load_old_resnet50
from paishi.models.weights.integrity import check_file

_SHOWN = 3


class _Weight(NamedTuple):
    name: str
    shape: tuple[int, ...]


def load_weights(model: keras.Model, file: Path) -> None:
    """Loads `file`, the published form (.h5 or .pth) or that of Keras 3 (.weights.h5), into `model`.

    Raises WeightsMismatch if the shapes differ, WeightsCorrupt if the file is neither form or cut off. After
    either, `model` may hold some of the weights.
    """
    if file.suffix == ".pth":
        return load_efficientnet_lite(model, file)
    try:
        check_file(file, None)
        with h5py.File(file, "r", locking=False) as stored:
            if is_old_resnet50(stored):
                return load_old_resnet50(model, stored)
        with warnings.catch_warnings():
            # Keras only warns if it leaves layers uninitialised.
            warnings.filterwarnings("error", message="Skipping nested container", category=UserWarning)
            model.load_weights(str(file))
    except (OSError, RuntimeError, WeightsCorrupt) as error:
        raise WeightsCorrupt(
            f"{file} cannot be read as HDF5 weights ({str(error).rstrip('.')}). Delete it and fetch it again."
        ) from error
    except (ValueError, KeyError, UserWarning) as error:
        raise WeightsMismatch(f"{file} does not fit {model.name}. {_difference(model, file)}") from error


def _difference(model: keras.Model, file: Path) -> str:
    """Compares names and shapes, because Keras names only the first layer that fails."""
    expected = [_Weight(weight.path, tuple(weight.shape)) for weight in model.weights]
    stored = _stored(file)
    missing, foreign = _without(expected, stored), _without(stored, expected)
    return (
        f"The model has {len(expected)} arrays, the file {len(stored)}. "
        f"Only in the model: {_some(missing)}. Only in the file: {_some(foreign)}."
    )


def _stored(file: Path) -> list[_Weight]:
    """Arrays in `file` in the order of their names, without optimizer and dropout state."""
    found: list[_Weight] = []

    def visit(name: str, item: h5py.HLObject) -> None:
        if isinstance(item, h5py.Dataset) and not ("optimizer" in name or "seed_generator" in name):
            found.append(_Weight(name, tuple(item.shape)))

    with h5py.File(file) as arrays:
        arrays.visititems(visit)
    return found


def _without(weights: Sequence[_Weight], others: Sequence[_Weight]) -> list[_Weight]:
    """The entries of `weights` whose shape occurs too rarely in `others`."""
    left = Counter(weight.shape for weight in others)
    missing = []
    for weight in weights:
        left[weight.shape] -= 1
        if left[weight.shape] < 0:
            missing.append(weight)
    return missing


def _some(weights: Sequence[_Weight]) -> str:
    if not weights:
        return "nothing"
    more = f" and {len(weights) - _SHOWN} more" if len(weights) > _SHOWN else ""
    return ", ".join(f"{name} {shape}" for name, shape in weights[:_SHOWN]) + more
