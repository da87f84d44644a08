"""Imports without packages that the imported one only tries."""

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
