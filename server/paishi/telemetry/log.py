"""Where the log goes, set up once for a process that serves."""

import logging
import os
import threading

from paishi.settings import Settings
from paishi.telemetry.async_handler import AsyncHandler
from paishi.telemetry.log_format import Form, formatter
from paishi.telemetry.log_once import NotAgain
from paishi.telemetry.stderr import is_terminal, writing_to_stderr

log = logging.getLogger(__name__)


def set_up_log(settings: Settings) -> None:
    """All of this process's logging, warnings and failing threads lead to standard error, in one form.

    Other packages' loggers speak from `warning` on: what they say below that has addresses in it.
    """
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    logging.basicConfig(handlers=[_handler(settings)], level=max(level, logging.WARNING), force=True)
    logging.getLogger("paishi").setLevel(level)
    logging.getLogger("uvicorn.error").addFilter(NotAgain())
    logging.captureWarnings(True)
    # No line shows them, and every record would look them up.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    threading.excepthook = _thread_failed


def form_of(settings: Settings) -> Form | None:
    """None where nothing is logged."""
    match settings.log:
        case "auto":
            return "text" if is_terminal() else "json"
        case "off":
            return None
        case form:
            return form


def _handler(settings: Settings) -> logging.Handler:
    form, write = form_of(settings), writing_to_stderr()
    if form is None or write is None:
        return logging.NullHandler()
    handler = AsyncHandler(write)
    handler.setFormatter(formatter(form, colours=is_terminal() and "NO_COLOR" not in os.environ))
    return handler


def _thread_failed(failed: threading.ExceptHookArgs) -> None:
    if failed.exc_value and not isinstance(failed.exc_value, SystemExit):
        name = failed.thread.name if failed.thread else "a thread"
        log.error("%s ended", name, exc_info=failed.exc_value)
