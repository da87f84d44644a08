"""How a line of the log looks, whoever logged it: the server, uvicorn, a library, Python's own warnings."""

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
    """One JSON object a line, whose `exception` is a list of stack traces, or a line for a person to read."""
    rendering = _json() if form == "json" else [_text(colours)]
    return ProcessorFormatter(
        processors=[_began, ExtraAdder(), ProcessorFormatter.remove_processors_meta, *rendering]
    )


# Local variables stay out of both: they are photos and tokens.


def _json() -> list[Processor]:
    traces = ExceptionDictTransformer(show_locals=False, use_rich=False)
    return [ExceptionRenderer(traces), JSONRenderer(ensure_ascii=False)]


def _text(colours: bool) -> Processor:
    return ConsoleRenderer(
        colors=colours, exception_formatter=plain_traceback, sort_keys=False, pad_event_to=0
    )


def _began(logger: Any, method: str, said: EventDict) -> EventDict:
    """The common fields first, as of when it was logged."""
    record: logging.LogRecord = said["_record"]
    when = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
    first = {
        "timestamp": when.replace("+00:00", "Z"),
        "level": record.levelname.lower(),
        "event": said["event"],
        "logger": record.name,
    }
    return {**first, **said}
