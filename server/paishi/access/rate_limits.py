"""Rate limits per client and minute, counted in Redis or in this process."""

import asyncio
import logging
import math
import time
from collections.abc import Awaitable
from typing import TypeVar

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.aio.storage import RedisStorage
from limits.errors import StorageError

from paishi.access.memory_storage import MemoryStorage
from paishi.problems.kinds import TooManyRequests

_REDIS_TIMEOUT_S = 1.0
_REDIS_RETRY_S = 10.0

T = TypeVar("T")

log = logging.getLogger(__name__)


class RateLimits:
    """Limits per client and fixed window of one minute; 0 means no limit.

    A window begins with its first request, so a client can send twice the limit around the end of one: the
    price of storing one number per client. `shared` counts for several servers. While it fails, each server
    counts alone: its limits still hold, and photos are still recognised.
    """

    def __init__(
        self,
        *,
        uploads: int = 0,
        megabytes: float = 0,
        logins: int = 0,
        taught: int = 0,
        largest: int = 0,
        shared: RedisStorage | None = None,
    ) -> None:
        """`largest` is the maximum size of one request in bytes; a longer one is refused elsewhere."""
        self._uploads = _per_minute(uploads, "uploads")
        self._bytes = _per_minute(megabytes * 1_000_000, "bytes")
        self._logins = _per_minute(logins, "logins")
        self._taught = _per_minute(taught, "taught")
        self._largest = largest
        self._shared = shared
        self._local = MemoryStorage()
        self._retry_at = 0.0

    async def check(self) -> None:
        """Logs a warning if Redis does not answer: an operator should not learn that from the first photo."""
        if self._shared is not None:
            await self._answer(self._shared.get("check"))

    async def upload(self, client: str, size: int) -> None:
        """Counts an upload of `size` bytes, 0 if unknown. Raises TooManyRequests.

        The upload that exceeds the limit in bytes is still accepted: no photo is ever too large for it.
        """
        await self._count(self._uploads, client, 1, "photos")
        await self._count(self._bytes, client, min(size, self._largest), "megabytes")

    async def received(self, client: str, size: int) -> None:
        """Counts the bytes of an upload whose size was unknown before."""
        if self._bytes and size:
            await self._add(self._bytes, client, min(size, self._largest))

    async def login(self, client: str) -> None:
        """Counts a login. Raises TooManyRequests."""
        await self._count(self._logins, client, 1, "logins")

    async def teach(self, client: str) -> None:
        """Counts a photo that is taught, or a change of a taught thing. Raises TooManyRequests."""
        await self._count(self._taught, client, 1, "taught photos and changes")

    async def close(self) -> None:
        """Closes the connections to Redis."""
        if self._shared is not None:
            await self._shared.bridge.get_connection().aclose()  # type: ignore[attr-defined]

    async def _count(self, item: RateLimitItem | None, client: str, cost: int, what: str) -> None:
        if item is None:
            return
        before, ends_at = await self._add(item, client, cost)
        if before < item.amount:
            return
        wait = max(1, math.ceil(ends_at - time.time()))
        raise TooManyRequests(
            f"You sent more {what} within a minute than this server allows. Try again in {wait} s.",
            retry_after=wait,
        )

    async def _add(self, item: RateLimitItem, client: str, cost: int) -> tuple[int, float]:
        """Adds `cost`; returns the client's total before, and the Unix time at which the window ends."""
        if self._shared is not None and time.monotonic() >= self._retry_at:
            counted = await self._answer(_increment(self._shared, item, client, cost))
            if counted is not None:
                return counted
        return await _increment(self._local, item, client, cost)

    async def _answer(self, asked: Awaitable[T]) -> T | None:
        """Returns what Redis answers; None if it does not, and then leaves it alone for 10 s."""
        try:
            async with asyncio.timeout(_REDIS_TIMEOUT_S):
                return await asked
        except (StorageError, OSError, TimeoutError) as error:
            self._retry_at = time.monotonic() + _REDIS_RETRY_S
            # The type only: some messages quote the address, which may contain a password.
            log.warning(
                "Redis at PAISHI_RATES does not answer (%s): this server counts alone, retry in %g s.",
                type(error.__cause__ or error).__name__,
                _REDIS_RETRY_S,
            )
            return None


async def _increment(
    storage: RedisStorage | MemoryStorage, item: RateLimitItem, client: str, cost: int
) -> tuple[int, float]:
    key = item.key_for(client)
    before = await storage.incr(key, item.get_expiry(), amount=cost) - cost
    return before, await storage.get_expiry(key) if before >= item.amount else 0.0


def _per_minute(amount: float, what: str) -> RateLimitItem | None:
    return RateLimitItemPerMinute(math.ceil(amount), namespace=what) if amount else None
