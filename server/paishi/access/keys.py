"""API keys and their stored hashes."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from typing import NamedTuple

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
