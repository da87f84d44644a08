"""Counts in the shared storage, or in this process while that does not answer."""

import asyncio
import logging
import time
from typing import NamedTuple

from limits import RateLimitItem
from limits.aio.storage import RedisStorage, Storage
from limits.errors import StorageError

from paishi.access.memory_storage import BoundedMemoryStorage

_LIMIT_S = 1.0
_ASK_AGAIN_S = 10.0

log = logging.getLogger(__name__)


class Count(NamedTuple):
    """What a client had used of a window `before`, and when that window ends, in Unix time."""

    before: int
    ends_at: float


class RateStorage:
    """Where the shared storage is down, each server counts alone: its limits still hold, times the number of
    servers. Photos are recognised all the same, because whoever sends one has done nothing wrong."""

    def __init__(self, shared: RedisStorage | None) -> None:
        self._shared = shared
        self._own = BoundedMemoryStorage()
        self._ask_again_at = 0.0

    async def add(self, item: RateLimitItem, client: str, cost: int) -> Count:
        """Counts `cost` for the client, in one step, and tells what it was before."""
        if self._shared is not None and time.monotonic() >= self._ask_again_at:
            try:
                async with asyncio.timeout(_LIMIT_S):
                    return await _add(self._shared, item, client, cost)
            except (StorageError, OSError, TimeoutError) as error:
                self._ask_again_at = time.monotonic() + _ASK_AGAIN_S
                # The kind only: some texts quote the address, which may have a password.
                log.warning(
                    "The storage in PAISHI_RATES does not answer (%s): this server counts alone and asks it "
                    "again in %g s.",
                    type(error.__cause__ or error).__name__,
                    _ASK_AGAIN_S,
                )
        return await _add(self._own, item, client, cost)


async def _add(storage: Storage, item: RateLimitItem, client: str, cost: int) -> Count:
    key = item.key_for(client)
    total = await storage.incr(key, item.get_expiry(), amount=cost)
    before = total - cost
    return Count(before, await storage.get_expiry(key) if before >= item.amount else 0.0)
