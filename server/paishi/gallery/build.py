"""Builds an entry by the function of its name."""

from collections.abc import Callable
from importlib import import_module

from paishi.gallery.entries import Entry
from paishi.models.keras.imports import keras

_LARGE = 30_000_000


def builder(entry: Entry) -> Callable[..., keras.Model]:
    found: Callable[..., keras.Model] = getattr(
        import_module(f"paishi.gallery.models.{entry.family}"), entry.key
    )
    return found


def build(entry: Entry) -> keras.Model:
    """Its model with random weights; automatic names of layers begin anew."""
    _begin_anew()
    return builder(entry)()


def build_to_look_at(entry: Entry) -> keras.Model:
    """Its model, which may have no weights and then cannot be run: the largest would take 0.9 GB."""
    if entry.params[0] < _LARGE:
        return build(entry)
    _begin_anew()
    with keras.StatelessScope(initialize_variables=False):
        model = builder(entry)()
    _begin_anew()  # or the next scope would initialise its variables
    return model


def _begin_anew() -> None:
    keras.utils.clear_session(free_memory=False)
