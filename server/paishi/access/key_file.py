"""Keys in PAISHI_KEYS_FILE, reloaded when it changes, so that a key can be revoked without a restart."""

import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from paishi.access.keys import StoredKey, parse_stored
from paishi.settings import Misconfigured

CHECK_EVERY_S = 1.0

log = logging.getLogger(__name__)


class KeyFile:
    """One `name:hash` per line; empty lines and lines that begin with # are ignored.

    Raises Misconfigured if the file is invalid at the start. Later, an invalid line authenticates nobody, and
    neither does a file that cannot be read: the operator may have removed it for that.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._clock = clock
        self._checked_at = clock()
        self._keys: Sequence[StoredKey] = []
        self._state: tuple[int, int, int] | None = None
        self._readable = True
        if error := self._reload():
            raise Misconfigured(f"PAISHI_KEYS_FILE: {error}.")

    def stored(self) -> Sequence[StoredKey]:
        """The keys in the file, at most a second old."""
        if self._clock() - self._checked_at >= CHECK_EVERY_S:
            self._checked_at = self._clock()
            if error := self._reload():
                log.error("PAISHI_KEYS_FILE: %s", error)
        return self._keys

    def _reload(self) -> str | None:
        """Reads the file if it has changed; returns a new error once."""
        try:
            found = self._path.stat()
            state = found.st_mtime_ns, found.st_size, found.st_ino
            if state == self._state:
                return None
            lines = self._path.read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            is_new, self._readable = self._readable, False
            self._keys, self._state = [], None
            reason = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
            return f"{self._path} cannot be read: {reason}" if is_new else None
        self._state, self._readable = state, True
        self._keys, invalid = _parse(lines)
        # Their numbers only: a line may be a key instead of its hash.
        numbers = ", ".join(map(str, invalid))
        expected = "lines that are not name:hash with 64 hexadecimal digits"
        return f"{self._path} has {expected}: {numbers}" if invalid else None


def _parse(lines: Sequence[str]) -> tuple[list[StoredKey], list[int]]:
    """The keys, and the numbers of invalid lines."""
    keys: list[StoredKey] = []
    invalid: list[int] = []
    for number, line in enumerate(lines, 1):
        if line.strip() and not line.lstrip().startswith("#"):
            try:
                keys.append(parse_stored(line))
            except ValueError:
                invalid.append(number)
    return keys, invalid
