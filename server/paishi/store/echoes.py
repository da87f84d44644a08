"""Pictures that wait, for a while, to be fetched from where they were put."""

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Protocol


class Echoes(Protocol):
    """Bounded in bytes and in age; what is too old or too much goes, oldest first."""

    @property
    def size(self) -> int:
        """Bytes kept, as far as this server knows."""
        ...

    @property
    def pictures(self) -> int:
        """How many are kept, as far as this server knows."""
        ...

    async def put(self, picture: bytes) -> str:
        """Keeps the picture under an id that nobody can guess (128 random bits). Raises StoreUnavailable."""
        ...

    async def get(self, key: str) -> bytes | None:
        """The picture, or None where there never was one or is none any more. Raises StoreUnavailable."""
        ...

    async def sweep(self) -> float:
        """Drops what is too old or too much, and tells in how many seconds something can be too old that is
        not yet. Raises StoreUnavailable."""
        ...


class MemoryEchoes:
    """In the memory of this process, so that no photo touches a disk.

    Used from the event loop only. `max_bytes` in bytes, `max_age_s` in seconds.
    """

    def __init__(self, max_bytes: int, max_age_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.max_bytes = max_bytes
        self.max_age_s = max_age_s
        self.size = 0
        self._clock = clock
        self._pictures: OrderedDict[str, tuple[float, bytes]] = OrderedDict()

    @property
    def pictures(self) -> int:
        return len(self._pictures)

    async def put(self, picture: bytes) -> str:
        key = secrets.token_urlsafe(16)
        self._pictures[key] = (self._clock(), picture)
        self.size += len(picture)
        self._drop()
        return key

    async def get(self, key: str) -> bytes | None:
        self._drop()
        _, picture = self._pictures.get(key, (0.0, None))
        return picture

    async def sweep(self) -> float:
        self._drop()
        oldest_put_at, _ = next(iter(self._pictures.values()), (self._clock(), b""))
        return oldest_put_at + self.max_age_s - self._clock()

    def _drop(self) -> None:
        oldest_allowed = self._clock() - self.max_age_s
        while self._pictures:
            put_at, picture = next(iter(self._pictures.values()))
            # The newest stays even where it alone is over the bound: its sender was just told where it is.
            over = self.size > self.max_bytes and len(self._pictures) > 1
            if not over and put_at > oldest_allowed:
                return
            self._pictures.popitem(last=False)
            self.size -= len(picture)
