"""The log of a server process: set up once, on standard error."""

import io
import logging
import os
import sys
import threading
import time
from collections.abc import Callable

from paishi.settings import Settings
from paishi.telemetry.async_handler import AsyncHandler
from paishi.telemetry.log_format import Form, formatter

log = logging.getLogger(__name__)

_IS_LOGGED = "_paishi_is_logged"
_RETRY_S = 0.05


def set_up_log(settings: Settings) -> None:
    """Sends all logging of this process, warnings and failing threads to standard error, in one form.

    Loggers of other packages start at `warning`: their lower levels contain client addresses.
    """
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    logging.basicConfig(handlers=[_handler(settings)], level=max(level, logging.WARNING), force=True)
    logging.getLogger("paishi").setLevel(level)
    logging.getLogger("uvicorn.error").addFilter(_is_new)
    logging.captureWarnings(True)
    # No line shows them, and every record would look them up.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    threading.excepthook = _log_thread_failure


def form_of(settings: Settings) -> Form | None:
    """Returns the form of a line, None if nothing is logged."""
    match settings.log:
        case "auto":
            return "text" if _is_terminal() else "json"
        case "off":
            return None
        case form:
            return form


def mark_logged(error: BaseException) -> bool:
    """Keeps uvicorn from logging `error` again, which it does with all exceptions of the application.

    Returns False if it was marked before.
    """
    is_new = not getattr(error, _IS_LOGGED, False)
    setattr(error, _IS_LOGGED, True)
    return is_new


def _is_new(record: logging.LogRecord) -> bool:
    error = record.exc_info[1] if record.exc_info else None
    return not getattr(error, _IS_LOGGED, False)


def _handler(settings: Settings) -> logging.Handler:
    form, write = form_of(settings), _stderr_writer()
    if form is None or write is None:
        return logging.NullHandler()
    handler = AsyncHandler(write)
    handler.setFormatter(formatter(form, colours=_is_terminal() and "NO_COLOR" not in os.environ))
    return handler


def _log_thread_failure(failed: threading.ExceptHookArgs) -> None:
    if failed.exc_value and not isinstance(failed.exc_value, SystemExit):
        name = failed.thread.name if failed.thread else "a thread"
        log.error("%s failed", name, exc_info=failed.exc_value)


def _is_terminal() -> bool:
    return sys.stderr is not None and sys.stderr.isatty()


def _stderr_writer() -> Callable[[str], None] | None:
    """Returns what writes a text to standard error, None if the process has none."""
    if sys.stderr is None:
        return None
    if _is_terminal():
        return _write_to_terminal
    try:
        # Without Python's buffer: its lock, held by a thread that hangs, would abort an ordinary exit.
        raw = io.FileIO(sys.stderr.fileno(), "w", closefd=False)
    except OSError:
        return None
    return lambda text: _write_all(raw, text.encode(errors="backslashreplace"))


def _write_to_terminal(text: str) -> None:
    sys.stderr.write(text)  # looked up each time: a progress bar replaces it to stay below
    sys.stderr.flush()


def _write_all(file: io.FileIO, rest: bytes) -> None:
    while rest:
        written = file.write(rest)
        if written is None:  # it is non-blocking, and full
            time.sleep(_RETRY_S)
        rest = rest[written or 0 :]
