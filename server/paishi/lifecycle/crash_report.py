"""What a process that is about to end by force still writes into its log."""

import logging
import sys
import threading
import traceback
from types import FrameType

log = logging.getLogger(__name__)

_LOG_WITHIN_S = 2.0
_INNERMOST = 16  # frames of a thread: what is further out is the same for every request


def say(what: str) -> None:
    """Logs `what`, but does not wait long: the log itself may be what hangs."""

    def say_and_see_it_written() -> None:
        log.critical("%s", what)
        flush_log()

    saying = threading.Thread(target=say_and_see_it_written, name="last-words", daemon=True)
    saying.start()
    saying.join(_LOG_WITHIN_S)


def stacks(only: int | None = None) -> str:
    """Where the threads of this process are, but for the caller's; or `only` the one with this identifier."""
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    return "\n".join(
        f"Thread {names.get(ident, ident)!r}:\n{_stack(frame)}"
        for ident, frame in sys._current_frames().items()
        if ident == only or (only is None and ident != threading.get_ident())
    )


def _stack(frame: FrameType) -> str:
    return "".join(traceback.format_stack(frame)[-_INNERMOST:]).rstrip()


def flush_log() -> None:
    """To be called before a signal ends the process, which runs nothing more then."""
    for handler in logging.getLogger().handlers:
        handler.flush()
