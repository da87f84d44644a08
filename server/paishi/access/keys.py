"""API keys: their stored hashes, and authentication by them."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from paishi.access.client import Client, pseudonym
from paishi.problems.kinds import NotAuthorised

_PREFIX = "paishi_"  # scanners find keys by it that were published by mistake
_ENTRY = re.compile(r"(?:(?P<name>[\w.@ -]{1,64}):)?(?P<hash>[0-9a-fA-F]{64})")


class StoredKey(NamedTuple):
    """The `name` of a key's holder and its SHA-256 `digest`."""

    name: str
    digest: bytes


def new_key() -> str:
    """256 random bits as text."""
    return _PREFIX + secrets.token_urlsafe(32)


def hash_of(key: bytes) -> str:
    """SHA-256 of a key in hexadecimal, as stored.

    A slow, salted hash protects passwords, which attackers can guess. Nobody guesses 256 random bits, and
    every request would pay for it.
    """
    return hashlib.sha256(key).hexdigest()


def parse_stored(entry: str) -> StoredKey:
    """Parses `name:hash`, or a hash alone, whose first 8 digits become the name. Raises ValueError."""
    match = _ENTRY.fullmatch(entry.strip())
    if match is None:
        raise ValueError("not name:hash with 64 hexadecimal digits")
    digest = bytes.fromhex(match["hash"])
    return StoredKey((match["name"] or digest.hex()[:8]).strip(), digest)


def find_key(given: bytes, stored: Iterable[StoredKey]) -> StoredKey | None:
    """The stored key that matches. Takes the same time for any match and for none."""
    digest = hashlib.sha256(given).digest()
    found = None
    for key in stored:
        if hmac.compare_digest(key.digest, digest):
            found = key
    return found


class KeyAuthentication:
    """PAISHI_AUTH=key, with the keys `fixed` and those that `stored` returns at each request: they may be
    revoked."""

    def __init__(
        self,
        fixed: Sequence[StoredKey],
        stored: Callable[[], Awaitable[Sequence[StoredKey]]] | None = None,
    ) -> None:
        self._fixed = fixed
        self._stored = stored

    async def client(self, headers: Mapping[str, str]) -> Client:
        """See `paishi.access.access.Authentication`."""
        given = bearer(headers) or headers.get("x-api-key", "").strip()
        if not given:
            raise NotAuthorised("This server requires a key: send it as `Authorization: Bearer <key>`.")
        # Header values are Latin-1, whatever encoding the client used.
        stored = await self._stored() if self._stored else ()
        found = find_key(given.encode("latin-1"), [*self._fixed, *stored])
        if found is None:
            raise NotAuthorised("This key is unknown or has been revoked. Ask the operator of the server.")
        # By the key and not its name, which several keys may have. Nobody guesses its 256 random bits.
        return Client(f"key:{found.name}", pseudonym(found.digest, b"key"))


def bearer(headers: Mapping[str, str]) -> str:
    """Credentials of `Authorization: Bearer` (RFC 6750); empty if there are none."""
    scheme, _, credentials = headers.get("authorization", "").partition(" ")
    return credentials.strip() if scheme.lower() == "bearer" else ""
