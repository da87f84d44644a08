"""The form of a log line, the same for the server, uvicorn, libraries and Python's warnings."""

import logging
from datetime import UTC, datetime
from typing import Any, Literal

from structlog.dev import ConsoleRenderer, plain_traceback
from structlog.processors import ExceptionRenderer, JSONRenderer
from structlog.stdlib import ExtraAdder, ProcessorFormatter
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import EventDict, Processor

Form = Literal["json", "text"]


def formatter(form: Form, colours: bool) -> logging.Formatter:
    """One JSON object per line, with `exception` as a list of stack traces; or a line of text.

    Neither has local variables, which are photos and tokens.
    """
    traces = ExceptionDictTransformer(show_locals=False, use_rich=False)
    json: list[Processor] = [ExceptionRenderer(traces), JSONRenderer(ensure_ascii=False)]
    text = ConsoleRenderer(
        colors=colours, exception_formatter=plain_traceback, sort_keys=False, pad_event_to=0
    )
    rendering = json if form == "json" else [text]
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
