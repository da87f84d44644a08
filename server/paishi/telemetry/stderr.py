"""Standard error as a place for the log."""

import io
import sys
import time
from collections.abc import Callable

_AGAIN_S = 0.05


def is_terminal() -> bool:
    return sys.stderr is not None and sys.stderr.isatty()


def writing_to_stderr() -> Callable[[str], None] | None:
    """Writes a text as it is; None where the process was started without a standard error."""
    if sys.stderr is None:
        return None
    if is_terminal():
        return _to_terminal
    try:
        # Past Python's own buffer: its lock, held by a thread that is stuck, would abort an ordinary end.
        raw = io.FileIO(sys.stderr.fileno(), "w", closefd=False)
    except OSError:
        return None
    return lambda text: _whole(raw, text.encode(errors="backslashreplace"))


def _to_terminal(text: str) -> None:
    sys.stderr.write(text)  # looked up each time: a progress bar stands in for it to keep its place below
    sys.stderr.flush()


def _whole(file: io.FileIO, rest: bytes) -> None:
    while rest:
        written = file.write(rest)
        if written is None:  # somebody has made it non-blocking, and it is full
            time.sleep(_AGAIN_S)
        rest = rest[written or 0 :]
