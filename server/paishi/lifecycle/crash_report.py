"""The last log entry of a process that is about to exit by force."""

import logging
import sys
import threading
import traceback
from types import FrameType

log = logging.getLogger(__name__)

_LOG_WITHIN_S = 2.0
_INNERMOST_FRAMES = 16  # the outer ones are the same for every request


def log_critical(message: str) -> None:
    """Logs `message` and returns after 2 s at the latest: the log itself may be what hangs."""

    def log_and_flush() -> None:
        log.critical("%s", message)
        flush_log()

    logging_thread = threading.Thread(target=log_and_flush, name="crash-report", daemon=True)
    logging_thread.start()
    logging_thread.join(_LOG_WITHIN_S)


def thread_stacks(only: int | None = None) -> str:
    """Returns the stacks of all threads but the caller's, or of the thread with the identifier `only`."""
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    return "\n".join(
        f"Thread {names.get(ident, ident)!r}:\n{_stack(frame)}"
        for ident, frame in sys._current_frames().items()
        if ident == only or (only is None and ident != threading.get_ident())
    )


def _stack(frame: FrameType) -> str:
    return "".join(traceback.format_stack(frame)[-_INNERMOST_FRAMES:]).rstrip()


def flush_log() -> None:
    """Writes what the log buffers. Needed before an exit that runs no exit handlers."""
    for handler in logging.getLogger().handlers:
        handler.flush()
