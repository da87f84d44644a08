"""Authentication a request comes from, by what it shows."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from paishi.access.keys import StoredKey, find_key
from paishi.problems.kinds import NotAuthorised

CHALLENGE = {"WWW-Authenticate": "Bearer"}
"""The header that RFC 9110 wants beside 401."""


class Authentication(Protocol):
    """One way to tell clients apart."""

    def client(self, headers: Mapping[str, str]) -> str | None:
        """A name for the client, or None where its address is all that is known of it.

        Raises NotAuthorised.
        """


class NoAuthentication:
    """PAISHI_AUTH=none."""

    def client(self, headers: Mapping[str, str]) -> str | None:
        return None


class KeyAuthentication:
    """PAISHI_AUTH=key; `stored` are asked for again with every request."""

    def __init__(self, *stored: Callable[[], Sequence[StoredKey]]) -> None:
        self._stored = stored

    def client(self, headers: Mapping[str, str]) -> str | None:
        given = bearer(headers) or headers.get("x-api-key", "").strip()
        if not given:
            raise NotAuthorised("This server wants a key: send it as `Authorization: Bearer <key>`.")
        # Headers arrive as Latin-1, whatever they were meant to be.
        found = find_key(given.encode("latin-1"), [key for stored in self._stored for key in stored()])
        if found is None:
            raise NotAuthorised("This key is not, or no longer, known here. Ask whoever runs the server.")
        return f"key:{found.name}"


def bearer(headers: Mapping[str, str]) -> str:
    """What stands after `Bearer` in `Authorization` (RFC 6750), else nothing."""
    scheme, _, credentials = headers.get("authorization", "").partition(" ")
    return credentials.strip() if scheme.lower() == "bearer" else ""
