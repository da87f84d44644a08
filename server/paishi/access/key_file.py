"""Keys in PAISHI_KEYS_FILE, reloaded when it changes, so that a key can be revoked without a restart."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from paishi.access.keys import StoredKey, parse_stored
from paishi.settings import Misconfigured
from paishi.system.daemon_thread import in_daemon_thread
from paishi.system.regular_file import read_text

CHECK_EVERY_S = 1.0
READ_WITHIN_S = 5.0
"""A network file system that has lost its server keeps a reader waiting for ever."""

_AFTER_A_STOP_S = 0.1

_LARGEST = 10_000_000  # bytes

log = logging.getLogger(__name__)


class KeyFile:
    """One `name:hash` per line; empty lines and lines that begin with # are ignored.

    Raises Misconfigured if the file is invalid at the start. Later, an invalid line authenticates nobody, and
    neither does a file that cannot be read, or not within 5 s: the operator may have removed it for that. For
    one event loop, on which nothing is read.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._clock = clock
        self._checked_at = clock()
        self._keys: Sequence[StoredKey] = []
        self._state: tuple[int, int, int] | None = None
        self._readable = True
        self._reading: asyncio.Future[None] | None = None
        self._hangs = False
        if error := self._reload():
            raise Misconfigured(f"PAISHI_KEYS_FILE: {error}.")

    async def stored(self) -> Sequence[StoredKey]:
        """The keys in the file, at most a second old."""
        is_read = self._reading is None or self._reading.done()
        if is_read and self._clock() - self._checked_at >= CHECK_EVERY_S:
            self._checked_at = self._clock()
            self._hangs = False
            self._reading = asyncio.ensure_future(in_daemon_thread(self._check, "read-keys"))
        reading = self._reading  # until this continues, another request may have begun the next one
        if reading is None:
            return self._keys
        if not self._hangs:
            await asyncio.wait([reading], timeout=READ_WITHIN_S)
            if not reading.done():  # perhaps this process was stopped, and hears of both only now
                await asyncio.wait([reading], timeout=_AFTER_A_STOP_S)
        if reading.done():
            return self._keys
        if not self._hangs:
            self._hangs = True
            log.error("PAISHI_KEYS_FILE: %s cannot be read: no answer within %g s", self._path, READ_WITHIN_S)
        return []

    def _check(self) -> None:
        if error := self._reload():
            log.error("PAISHI_KEYS_FILE: %s", error)

    def _reload(self) -> str | None:
        """Reads the file if it has changed; returns a new error once."""
        try:
            found = self._path.stat()
            state = found.st_mtime_ns, found.st_size, found.st_ino
            if state == self._state:
                return None
            lines = read_text(self._path, _LARGEST).splitlines()
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
