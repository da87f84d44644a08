"""A client that authentication has identified."""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from typing import NamedTuple


class Client(NamedTuple):
    """`name` is for rate limits. `owner` is the pseudonym that its taught things are kept under, None if it
    has none."""

    name: str
    owner: str | None


def pseudonym(secret: bytes, who: bytes) -> str:
    """A keyed hash of `who`, 32 hexadecimal digits: the name of a folder that reveals nobody."""
    return hmac.digest(secret, b"taught:" + who, hashlib.sha256)[:16].hex()


def subject(key: bytes, openid: str) -> str:
    """A keyed hash of a user's openid, 22 letters, digits, - and _: stable, but it does not reveal the
    openid."""
    # The colon keeps a subject from being the signature of a token: the signed part of a JWT has none.
    digest = hmac.digest(key, b"subject:" + openid.encode(), hashlib.sha256)
    return urlsafe_b64encode(digest[:16]).rstrip(b"=").decode()
