"""Session tokens: signed, with an end, and without the user's openid."""

import time
from collections.abc import Mapping
from typing import Any

import jwt

from paishi.access.client import Client, pseudonym, subject
from paishi.access.keys import bearer
from paishi.problems.kinds import NotAuthorised

_ALGORITHM = "HS256"
_AUDIENCE = "paishi"
_LEEWAY_S = 5  # clock skew between servers that share a key
_CLAIMS = ["exp", "iat", "aud", "sub"]
_OWNER = "own"
"""Claim of the pseudonym of the user's taught things, which tokens issued before there were any lack."""


class Tokens:
    """Issues and checks JWTs, signed with `key` of at least 32 bytes, valid for `lifetime_s` seconds.

    With `owner_secret`, they also have the user's pseudonym for taught things, which outlives `key`.
    """

    def __init__(self, key: bytes, lifetime_s: int, owner_secret: bytes = b"") -> None:
        self._key = key
        self._owner_secret = owner_secret
        self.lifetime_s = lifetime_s

    def issue(self, openid: str) -> str:
        """A JWT for this user. Its subject is a keyed hash of the openid: stable, but it does not reveal the
        openid to the holder of the token."""
        now = int(time.time())
        claims: dict[str, Any] = {
            "sub": subject(self._key, openid),
            "aud": _AUDIENCE,
            "iat": now,
            "exp": now + self.lifetime_s,
        }
        if self._owner_secret:
            claims[_OWNER] = pseudonym(self._owner_secret, openid.encode())
        return jwt.encode(claims, self._key, _ALGORITHM)

    async def client(self, headers: Mapping[str, str]) -> Client:
        """See `paishi.access.access.Authentication`."""
        token = bearer(headers)
        if not token:
            raise NotAuthorised(
                "This server requires a login with WeChat: POST the code of wx.login to /session and send "
                "its token as `Authorization: Bearer <token>`."
            )
        claims = self._claims(token)
        if claims is None:
            raise NotAuthorised("The session has expired. Call wx.login and POST its code to /session again.")
        return Client(f"user:{claims['sub']}", claims.get(_OWNER) if self._owner_secret else None)

    def _claims(self, token: str) -> Mapping[str, Any] | None:
        try:
            return jwt.decode(
                token,
                self._key,
                algorithms=[_ALGORITHM],
                audience=_AUDIENCE,
                leeway=_LEEWAY_S,
                options={"require": _CLAIMS},
            )
        except jwt.PyJWTError:
            return None
