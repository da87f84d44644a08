"""Reads a file of weights into a network, or says in what they differ."""

import warnings
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import h5py

from paishi.models.errors import WeightsCorrupt, WeightsMismatch
from paishi.models.keras.imports import keras

_SHOWN = 3


class _Weight(NamedTuple):
    name: str
    shape: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.name} {self.shape}"


def load_weights(network: keras.Model, file: Path) -> None:
    """Loads `file`, the published form (.h5) or Keras 3's (.weights.h5), into `network`.

    Raises WeightsMismatch where the shapes are those of another network, WeightsCorrupt where the file
    is no such file. After either, `network` may hold some of the weights.
    """
    try:
        with warnings.catch_warnings():
            # Keras only warns where it leaves layers at random.
            warnings.filterwarnings("error", message="Skipping nested container", category=UserWarning)
            network.load_weights(str(file))
    except (OSError, RuntimeError) as error:
        raise WeightsCorrupt(
            f"{file} cannot be read as HDF5 weights ({error}). Delete it and fetch it again."
        ) from error
    except (ValueError, KeyError, UserWarning) as error:
        raise WeightsMismatch(f"{file} does not fit {network.name}. {_difference(network, file)}") from error


def _difference(network: keras.Model, file: Path) -> str:
    """Compares names and shapes, because Keras says no more than which layer it met first."""
    wanted = [_Weight(weight.path, tuple(weight.shape)) for weight in network.weights]
    held = _held(file)
    missing, foreign = _without(wanted, held), _without(held, wanted)
    return (
        f"The network has {len(wanted)} arrays, the file {len(held)}. "
        f"Only in the network: {_some(missing)}. Only in the file: {_some(foreign)}."
    )


def _held(file: Path) -> list[_Weight]:
    """The arrays in a file in the order of their names, without an optimizer's and the state of dropout."""
    found: list[_Weight] = []

    def visit(name: str, item: h5py.HLObject) -> None:
        if isinstance(item, h5py.Dataset) and not ("optimizer" in name or "seed_generator" in name):
            found.append(_Weight(name, tuple(item.shape)))

    with h5py.File(file) as stored:
        stored.visititems(visit)
    return found


def _without(weights: Sequence[_Weight], others: Sequence[_Weight]) -> list[_Weight]:
    """Those of `weights` whose shape `others` have not often enough."""
    left = Counter(weight.shape for weight in others)
    lacking = []
    for weight in weights:
        left[weight.shape] -= 1
        if left[weight.shape] < 0:
            lacking.append(weight)
    return lacking


def _some(weights: Sequence[_Weight]) -> str:
    if not weights:
        return "nothing"
    more = f" and {len(weights) - _SHOWN} more" if len(weights) > _SHOWN else ""
    return ", ".join(map(str, weights[:_SHOWN])) + more
