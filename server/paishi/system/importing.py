"""Quicker imports of large packages."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def hidden(*packages: str) -> Iterator[None]:
    """Makes their import fail within the block, unless they are imported already."""
    missing = [package for package in packages if package not in sys.modules]
    sys.modules.update(dict.fromkeys(missing))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for package in missing:
            del sys.modules[package]


@contextmanager
def uncollected() -> Iterator[None]:
    """Spares what is imported in the block all garbage collections, also later ones: modules stay anyway.

    They took a twelfth of the server's start, and a quarter of the import of Keras.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()
