"""Reports times of decoding and inference to the request that they belong to."""

from collections.abc import Callable
from contextvars import ContextVar
from time import perf_counter

on_decode: ContextVar[Callable[[float, float], None] | None] = ContextVar("on_decode", default=None)
"""Gets the seconds that a photo waited and that its decoding took, even if that failed."""

on_run: ContextVar[Callable[[float, float, int], None] | None] = ContextVar("on_run", default=None)
"""Gets, for each picture, the seconds that it waited and ran, and how many ran at once, itself included."""


class Stopwatch:
    """Starts when a request comes, in its context. Reports on another thread; the callback must not raise."""

    __slots__ = ("_came", "_report")

    def __init__(self, callback: ContextVar[Callable[..., None] | None]) -> None:
        self._report = callback.get()
        self._came = perf_counter()

    def report(self, begun: float, *counts: int) -> None:
        """Reports work that began at `begun`, by `perf_counter`, and ends now."""
        if self._report:
            self._report(begun - self._came, perf_counter() - begun, *counts)
