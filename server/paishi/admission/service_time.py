"""How many seconds of a busy server one photo takes."""

import time
from collections.abc import Callable

FIRST_GUESS_S = 0.1
"""Before anything was measured: a large network on few cores."""

_GUESSED = 8
"""Photos that the guess counts for: the first one after a start is slow."""

_LAST = 64


class ServiceTime:
    """A moving mean over about the last 64 photos of the time between two that are done.

    Only time in which something was being worked on counts, so that a quiet hour does not look like a slow
    server. With several photos side by side this is the throughput turned round, not what one photo takes.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._mean = FIRST_GUESS_S
        self._measured = _GUESSED
        self._since: float | None = None

    @property
    def seconds(self) -> float:
        """A photo's share of the time. It grows while nothing gets done: a server may hang."""
        return max(self._mean, self._with(self._running()))

    def begin(self) -> None:
        """Work has come where there was none."""
        self._since = self._clock()

    def done(self) -> None:
        """One more photo is through."""
        self._measured = min(self._measured + 1, _LAST)
        self._mean = self._with(self._running())
        self._since = self._clock()

    def idle(self) -> None:
        """The last one in hand has left."""
        self._since = None

    def _running(self) -> float:
        return 0.0 if self._since is None else self._clock() - self._since

    def _with(self, interval: float) -> float:
        return self._mean + (interval - self._mean) / self._measured
