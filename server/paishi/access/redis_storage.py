"""Rate-limit counters in Redis, shared by several servers."""

from typing import cast

from limits.aio.storage import RedisStorage
from limits.errors import ConfigurationError
from limits.storage import storage_from_string

from paishi.settings import Misconfigured

_TIMEOUT_S = 0.5  # an operation takes 1 ms, and a photo waits for it


def redis_storage(address: str) -> RedisStorage:
    """Counters at `redis://user:password@host:port/database`; does not connect yet.

    Raises Misconfigured if the address is invalid or the package `redis` is missing.
    """
    try:
        # Imported here: a server that counts alone needs no Redis client.
        from redis.asyncio.retry import Retry
        from redis.backoff import NoBackoff
    except ImportError:
        raise Misconfigured(
            "PAISHI_RATES needs the package redis: pip install 'redis>=8.1', or leave PAISHI_RATES empty."
        ) from None
    if address.partition("://")[0] not in ("redis", "rediss"):
        raise Misconfigured("PAISHI_RATES must begin with redis:// or rediss://.")
    options = {
        "implementation": "redispy",
        "key_prefix": "PAISHI",
        "wrap_exceptions": True,
        "socket_connect_timeout": _TIMEOUT_S,
        "socket_timeout": _TIMEOUT_S,
        # No retries: the default waits for seconds, and a repeated increment counts a client twice.
        "retry": Retry(NoBackoff(), 0),
    }
    try:
        return cast(RedisStorage, storage_from_string(f"async+{address}", **options))  # type: ignore[arg-type]
    except (ConfigurationError, ValueError):
        # Their messages may quote the password.
        raise Misconfigured(
            "PAISHI_RATES is no address of the form redis://user:password@host:port/database."
        ) from None
