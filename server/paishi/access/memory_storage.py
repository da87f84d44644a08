"""Counters in memory, for `limits`."""

import time
from collections import OrderedDict
from collections.abc import Callable

from limits.aio.storage import Storage

MOST = 100_000
"""Clients counted at the same time, about 35 MB; beyond it those that were counted first start anew."""


class BoundedMemoryStorage(Storage):
    """Not `limits`' own storage, which has no bound and looks at every counter it has with every hit: 28 ms
    of the event loop with 100 000 clients, which an attacker with one IPv6 prefix can be.

    Used from one event loop. Windows must be of one length: the first to begin is the first to end.
    """

    STORAGE_SCHEME = None

    def __init__(self, most: int = MOST, clock: Callable[[], float] = time.time) -> None:
        super().__init__()
        self._most = most
        self._clock = clock
        self._counters: OrderedDict[str, tuple[float, int]] = OrderedDict()

    @property
    def base_exceptions(self) -> tuple[type[Exception], ...]:
        return ()

    def __len__(self) -> int:
        return len(self._counters)

    async def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        self._drop()
        ends, count = self._counters.get(key, (self._clock() + expiry, 0))
        self._counters[key] = ends, count + amount
        if len(self._counters) > self._most:
            self._counters.popitem(last=False)
        return count + amount

    async def get(self, key: str) -> int:
        self._drop()
        return self._counters.get(key, (0.0, 0))[1]

    async def get_expiry(self, key: str) -> float:
        return self._counters.get(key, (self._clock(), 0))[0]

    async def check(self) -> bool:
        return True

    async def reset(self) -> int:
        dropped = len(self._counters)
        self._counters.clear()
        return dropped

    async def clear(self, key: str) -> None:
        self._counters.pop(key, None)

    def _drop(self) -> None:
        now = self._clock()
        while self._counters and next(iter(self._counters.values()))[0] <= now:
            self._counters.popitem(last=False)
