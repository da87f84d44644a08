"""Turns of the event loop, which connections with much to parse take one after the other."""

import asyncio
from collections import deque
from collections.abc import Callable


class Turns:
    """Runs one callback in each turn of the event loop, in the order in which they came.

    However many connections wait, all others wait for one of their callbacks at most. For one event loop.
    """

    def __init__(self) -> None:
        self._waiting: deque[Callable[[], None]] = deque()

    def add(self, callback: Callable[[], None]) -> None:
        self._waiting.append(callback)
        if len(self._waiting) == 1:
            asyncio.get_running_loop().call_soon(self._run)

    def _run(self) -> None:
        callback = self._waiting[0]
        try:
            callback()  # may add itself again
        finally:
            self._waiting.popleft()
            if self._waiting:
                asyncio.get_running_loop().call_soon(self._run)
