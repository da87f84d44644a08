"""How much one client may send in a minute."""

import math
import time

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.aio.storage import RedisStorage

from paishi.access.rate_storage import RateStorage
from paishi.access.redis_storage import leave
from paishi.problems.kinds import TooManyRequests


class Rates:
    """Limits that are 0 are off. A minute begins with its first request and is counted as a whole, so that at
    its end a client can send twice as much within seconds: what is kept is one number a client.

    `shared` counts for several servers; without it this one counts alone.
    """

    def __init__(
        self,
        *,
        uploads: int = 0,
        megabytes: float = 0,
        logins: int = 0,
        largest: int = 0,
        shared: RedisStorage | None = None,
    ) -> None:
        """`largest` in bytes is what one request can have; one that claims more is refused elsewhere."""
        self._uploads = _a_minute(uploads, "uploads")
        self._bytes = _a_minute(megabytes * 1_000_000, "bytes")
        self._logins = _a_minute(logins, "logins")
        self._largest = largest
        self._shared = shared
        self._counting = RateStorage(shared)

    async def upload(self, client: str, size: int) -> None:
        """Counts an upload of `size` bytes, 0 where that is not known yet. Raises TooManyRequests.

        The upload that goes over the limit in bytes is still taken: no photo is ever too large for it.
        """
        await self._count(self._uploads, client, 1, "photos")
        await self._count(self._bytes, client, min(size, self._largest), "megabytes")

    async def received(self, client: str, size: int) -> None:
        """Counts bytes of an upload whose size was not known before."""
        if self._bytes and size:
            await self._counting.add(self._bytes, client, min(size, self._largest))

    async def login(self, client: str) -> None:
        """Counts a login. Raises TooManyRequests."""
        await self._count(self._logins, client, 1, "logins")

    async def close(self) -> None:
        if self._shared is not None:
            await leave(self._shared)

    async def _count(self, item: RateLimitItem | None, client: str, cost: int, what: str) -> None:
        if item is None:
            return
        count = await self._counting.add(item, client, cost)
        if count.before < item.amount:
            return
        wait = max(1, math.ceil(count.ends_at - time.time()))
        raise TooManyRequests(
            f"More {what} came from you within a minute than this server takes. Try again in {wait} s.",
            retry_after=wait,
        )


def _a_minute(most: float, what: str) -> RateLimitItem | None:
    return RateLimitItemPerMinute(math.ceil(most), namespace=what) if most else None
