"""The form of a log line, the same for the server, uvicorn, libraries and Python's warnings."""

import logging
from datetime import UTC, datetime
from typing import Any, Literal

from structlog.dev import ConsoleRenderer, plain_traceback
from structlog.processors import ExceptionRenderer, JSONRenderer
from structlog.stdlib import ExtraAdder, ProcessorFormatter
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import EventDict, Processor

from paishi.telemetry.request_log import line_of_text
from paishi.telemetry.request_log import log as request_log

Form = Literal["json", "text"]

_PLAIN = "\x1b[0m"
_COLOURS = {"info": "\x1b[2m", "warning": "\x1b[33m", "error": "\x1b[31m"}  # dim, yellow, red


def formatter(form: Form, colours: bool) -> logging.Formatter:
    """One JSON object per line, with `exception` as a list of stack traces; or a line of text, which has at
    most 100 columns for a request.

    Neither has local variables, which are photos and tokens.
    """
    traces = ExceptionDictTransformer(show_locals=False, use_rich=False)
    json: list[Processor] = [ExceptionRenderer(traces), JSONRenderer(ensure_ascii=False)]
    text = ConsoleRenderer(
        colors=colours, exception_formatter=plain_traceback, sort_keys=False, pad_event_to=0
    )

    def one_line(logger: Any, method: str, event: EventDict) -> str:
        if event["logger"] != request_log.name or event["event"] != "request":
            return text(logger, method, event)
        line = line_of_text(event)
        return f"{_COLOURS[event['level']]}{line}{_PLAIN}" if colours else line

    rendering = json if form == "json" else [one_line]
    return ProcessorFormatter(
        processors=[_common_fields, ExtraAdder(), ProcessorFormatter.remove_processors_meta, *rendering]
    )


def _common_fields(logger: Any, method: str, event: EventDict) -> EventDict:
    """Puts them first, with the time of the log call."""
    record: logging.LogRecord = event["_record"]
    when = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
    first = {
        "timestamp": when.replace("+00:00", "Z"),
        "level": record.levelname.lower(),
        "event": event["event"],
        "logger": record.name,
    }
    return {**first, **event}
