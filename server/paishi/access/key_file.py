"""PAISHI_KEYS_FILE, read anew when it changes, so that a key can be withdrawn while the server runs."""

import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from paishi.access.keys import StoredKey, parse_stored
from paishi.settings import Misconfigured

LOOK_EVERY_S = 1.0

log = logging.getLogger(__name__)


class KeyFile:
    """One `name:hash` a line; empty lines and those that begin with # say nothing.

    Raises Misconfigured where the file cannot be read as such at the start. Later, lines that cannot be
    read let nobody in, and a file that is gone lets nobody in: that is how the operator may have meant it.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._clock = clock
        self._looked_at = clock()
        try:
            self._state = self._look()
            self._keys, wrong = self._read()
        except (OSError, UnicodeDecodeError) as error:
            raise Misconfigured(f"PAISHI_KEYS_FILE: {path} cannot be read: {_why(error)}.") from None
        if wrong:
            raise Misconfigured(f"PAISHI_KEYS_FILE: {_wrong(path, wrong)}.")

    def stored(self) -> Sequence[StoredKey]:
        """Those in the file now, or a second ago."""
        if self._clock() - self._looked_at >= LOOK_EVERY_S:
            self._looked_at = self._clock()
            self._refresh()
        return self._keys

    def _refresh(self) -> None:
        try:
            state = self._look()
            if state == self._state:
                return
            self._keys, wrong = self._read()
        except (OSError, UnicodeDecodeError) as error:
            if self._state is not None:
                log.error(
                    "%s cannot be read any more, so its keys let nobody in: %s", self._path, _why(error)
                )
            self._state, self._keys = None, []
            return
        self._state = state
        if wrong:
            log.error("%s", _wrong(self._path, wrong))

    def _look(self) -> tuple[int, int, int] | None:
        found = self._path.stat()
        return found.st_mtime_ns, found.st_size, found.st_ino

    def _read(self) -> tuple[list[StoredKey], list[int]]:
        """The keys, and the numbers of lines that are none."""
        keys: list[StoredKey] = []
        wrong: list[int] = []
        for number, line in enumerate(self._path.read_text("utf-8").splitlines(), 1):
            if line.strip() and not line.lstrip().startswith("#"):
                try:
                    keys.append(parse_stored(line))
                except ValueError:
                    wrong.append(number)
        return keys, wrong


def _wrong(path: Path, lines: Sequence[int]) -> str:
    # Their number only: the line may be a key that was put there instead of its hash.
    numbers = ", ".join(map(str, lines))
    return f"{path} has lines that are not name:hash with 64 hexadecimal digits: {numbers}"


def _why(error: OSError | UnicodeDecodeError) -> str:
    return error.strerror or type(error).__name__ if isinstance(error, OSError) else "it is no UTF-8 text"
