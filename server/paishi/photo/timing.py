"""Who hands in a photo may learn how long it waited for a decoder and how long that took."""

from collections.abc import Callable
from contextvars import ContextVar
from time import perf_counter
from typing import TypeVar

T = TypeVar("T")

OnDecode = Callable[[float, float], None]
"""Gets the seconds that the photo waited and that its decoding took, also where it failed. Is called on the
decoder's thread and must not raise."""

on_decode: ContextVar[OnDecode | None] = ContextVar("on_decode", default=None)
"""What is told of whatever this context has decoded."""


def timed(work: Callable[[], T]) -> Callable[[], T]:
    """`work`, which waits from now on until it is called, on whatever thread."""
    tell = on_decode.get()
    if tell is None:
        return work
    came = perf_counter()

    def told() -> T:
        begun = perf_counter()
        try:
            return work()
        finally:
            tell(begun - came, perf_counter() - begun)

    return told
