"""Authentication of a request by its headers."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from paishi.access.keys import StoredKey, find_key
from paishi.problems.kinds import NotAuthorised

CHALLENGE = {"WWW-Authenticate": "Bearer"}
"""The header that RFC 9110 requires with 401."""


class Authentication(Protocol):
    """One way to identify clients."""

    def client(self, headers: Mapping[str, str]) -> str:
        """Name of the client, for rate limits. Raises NotAuthorised."""


class KeyAuthentication:
    """PAISHI_AUTH=key. Each function in `stored` is called with every request, as keys may be revoked."""

    def __init__(self, *stored: Callable[[], Sequence[StoredKey]]) -> None:
        self._stored = stored

    def client(self, headers: Mapping[str, str]) -> str:
        """See `Authentication`."""
        given = bearer(headers) or headers.get("x-api-key", "").strip()
        if not given:
            raise NotAuthorised("This server requires a key: send it as `Authorization: Bearer <key>`.")
        # Header values are Latin-1, whatever encoding the client used.
        found = find_key(given.encode("latin-1"), [key for stored in self._stored for key in stored()])
        if found is None:
            raise NotAuthorised("This key is unknown or has been revoked. Ask the operator of the server.")
        return f"key:{found.name}"


def bearer(headers: Mapping[str, str]) -> str:
    """Credentials of `Authorization: Bearer` (RFC 6750); empty if there are none."""
    scheme, _, credentials = headers.get("authorization", "").partition(" ")
    return credentials.strip() if scheme.lower() == "bearer" else ""
