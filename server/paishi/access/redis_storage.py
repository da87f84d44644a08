"""Counters that several servers share, in Redis."""

from typing import cast

from limits.aio.storage import RedisStorage
from limits.errors import ConfigurationError
from limits.storage import storage_from_string

from paishi.settings import Misconfigured

_TIMEOUT_S = 0.5  # for what takes a millisecond, and a photo waits for it

SCHEMES = ("redis", "rediss")


def redis_storage(address: str) -> RedisStorage:
    """Counters at `redis://user:password@host:port/database`, which is not asked anything yet.

    Raises Misconfigured where that is no such address or the package `redis` is missing.
    """
    try:
        # Here and not above: a server that counts alone needs no Redis client.
        from redis.asyncio.retry import Retry
        from redis.backoff import NoBackoff
    except ImportError:
        raise Misconfigured(
            "PAISHI_RATES needs the package redis: pip install 'redis>=8.1', or leave PAISHI_RATES empty."
        ) from None
    if address.partition("://")[0] not in SCHEMES:
        raise Misconfigured("PAISHI_RATES must begin with redis:// or rediss://.")
    options = {
        "implementation": "redispy",
        "key_prefix": "PAISHI",
        "wrap_exceptions": True,
        "socket_connect_timeout": _TIMEOUT_S,
        "socket_timeout": _TIMEOUT_S,
        # Its own would wait for seconds; and who has been counted once must not be counted again.
        "retry": Retry(NoBackoff(), 0),
    }
    try:
        return cast(RedisStorage, storage_from_string(f"async+{address}", **options))  # type: ignore[arg-type]
    except (ConfigurationError, ValueError):
        # Their texts may quote the password.
        raise Misconfigured(
            "PAISHI_RATES is no address of the form redis://user:password@host:port/database."
        ) from None


async def leave(counters: RedisStorage) -> None:
    """Ends the connections."""
    await counters.bridge.get_connection().aclose()  # type: ignore[attr-defined]
