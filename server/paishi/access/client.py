"""A client that authentication has identified."""

import hashlib
import hmac
from typing import NamedTuple


class Client(NamedTuple):
    """`name` is for rate limits. `owner` is the pseudonym that its taught things are kept under, None if it
    has none."""

    name: str
    owner: str | None


def pseudonym(secret: bytes, who: bytes) -> str:
    """A keyed hash of `who`, 32 hexadecimal digits: the name of a folder that reveals nobody."""
    return hmac.digest(secret, b"taught:" + who, hashlib.sha256)[:16].hex()
