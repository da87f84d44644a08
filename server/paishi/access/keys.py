"""Keys that let a program in, and what is kept of them."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from typing import NamedTuple

_PREFIX = "paishi_"  # by which a key is found that somebody published by mistake
_ENTRY = re.compile(r"(?:(?P<name>[\w.@ -]{1,64}):)?(?P<hash>[0-9a-fA-F]{64})")


class StoredKey(NamedTuple):
    """`name` says whose it is, `digest` is the key's SHA-256."""

    name: str
    digest: bytes


def new_key() -> str:
    """256 random bits as text."""
    return _PREFIX + secrets.token_urlsafe(32)


def hash_of(key: bytes) -> str:
    """What is kept of a key, in hexadecimal.

    One plain SHA-256: a slow hash with salt protects what people think up and attackers can guess. Nobody
    guesses 256 random bits, and every request would pay for it.
    """
    return hashlib.sha256(key).hexdigest()


def parse_stored(entry: str) -> StoredKey:
    """Reads `name:hash` or a hash alone, whose beginning then is its name. Raises ValueError."""
    match = _ENTRY.fullmatch(entry.strip())
    if match is None:
        raise ValueError("not name:hash with 64 hexadecimal digits")
    digest = bytes.fromhex(match["hash"])
    return StoredKey((match["name"] or digest.hex()[:8]).strip(), digest)


def find_key(given: bytes, stored: Iterable[StoredKey]) -> StoredKey | None:
    """The stored key that is the given one. Takes as long whichever it is, and where it is none."""
    digest = hashlib.sha256(given).digest()
    found = None
    for key in stored:
        if hmac.compare_digest(key.digest, digest):
            found = key
    return found
