"""Pictures that `POST /image` keeps for a while, until they are fetched."""

import asyncio
import logging
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from paishi.system.background_task import background_task

log = logging.getLogger(__name__)

_SWEEP_AT_MOST_EVERY_S = 1.0

ENTRY_BYTES = 512
"""Memory of a kept picture beside its own bytes: key, time, table."""


class Echoes(Protocol):
    """A store bounded in bytes and in age; expired and surplus pictures go, oldest first."""

    @property
    def size(self) -> int:
        """Bytes kept, as far as this server knows."""
        ...

    @property
    def pictures(self) -> int:
        """Number of pictures kept, as far as this server knows."""
        ...

    async def put(self, picture: bytes) -> str:
        """Keeps the picture and returns its unguessable key (128 random bits). Raises StoreUnavailable."""
        ...

    async def get(self, key: str) -> bytes | None:
        """Returns the picture, None for an unknown or expired key. Raises StoreUnavailable."""
        ...

    async def sweep(self) -> float:
        """Drops expired and surplus pictures. Returns the seconds until the next can expire. Raises
        StoreUnavailable."""
        ...


class MemoryEchoes:
    """Echoes in the memory of this process, so that no photo touches a disk. For one event loop."""

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
        self.size += len(picture) + ENTRY_BYTES
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
            # The newest stays even if it alone exceeds the bound: its sender has just received the key.
            over = self.size > self.max_bytes and len(self._pictures) > 1
            if not over and put_at > oldest_allowed:
                return
            self._pictures.popitem(last=False)
            self.size -= len(picture) + ENTRY_BYTES


def periodic_sweep(echoes: Echoes, max_age_s: float) -> AbstractAsyncContextManager[None]:
    """Sweeps until the block ends: at once, for what a stopped process left, and then whenever a picture
    expires.

    An idle server looks at its store once in `max_age_s` seconds; an expired picture stays for at most a
    tenth of that longer.
    """
    return background_task(_keep_sweeping(echoes, max(_SWEEP_AT_MOST_EVERY_S, max_age_s / 10)))


async def _keep_sweeping(echoes: Echoes, pause_s: float) -> None:
    failed = False
    while True:
        wait_s = 0.0
        try:
            wait_s = await echoes.sweep()
            failed = False
        except Exception as error:  # whatever it is, the store may recover
            if not failed:
                # The class only: some messages quote the address, which may contain a password.
                log.warning(
                    "Expired pictures in PAISHI_STORE cannot be deleted (%s): next attempt every %g s.",
                    type(error.__cause__ or error).__name__,
                    pause_s,
                )
            failed = True
        await asyncio.sleep(max(pause_s, wait_s))
