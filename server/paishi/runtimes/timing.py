"""Who asks a network may learn how long its pictures waited and ran. Importing this loads no NumPy."""

from collections.abc import Callable
from contextvars import ContextVar
from time import perf_counter

OnRun = Callable[[float, float, int], None]
"""Gets, for each picture or each batch of them, the seconds that it waited and that it ran, and how many
pictures ran together with it, itself among them. Is called on the runtime's thread and must not raise."""

on_run: ContextVar[OnRun | None] = ContextVar("on_run", default=None)
"""What a runtime tells, of whatever this context asks it."""


class Waiting:
    """Made where a request comes to a runtime, in its caller's context."""

    __slots__ = ("_came", "_tell")

    def __init__(self) -> None:
        self._tell = on_run.get()
        self._came = perf_counter()

    def has_run(self, begun: float, at_once: int) -> None:
        """To be called before the answer goes out; `begun` is by `perf_counter`."""
        if self._tell:
            self._tell(begun - self._came, perf_counter() - begun, at_once)
