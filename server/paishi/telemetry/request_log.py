"""One line in the log for each request.

It contains nothing that could identify a person: no address, token, file name, query or user input. An
address is personal data under China's Personal Information Protection Law and the GDPR, and nothing here
needs it; an operator who does, for example against abuse, lets the proxy log it for a while.
"""

import logging
from collections.abc import Mapping
from typing import Any, Literal

from paishi.telemetry.request_record import RequestRecord

log = logging.getLogger("paishi.request")

ClientKind = Literal["devtools", "mini-program", "wechat", "browser", "script", "other", "none"]

LONGEST_LINE = 100
"""Columns of a line of text, which a terminal shows without wrapping it."""

_POLLED = ("/livez", "/readyz", "/metrics")

# The first match counts: all claim to be Mozilla, mini-programs and the DevTools also to be WeChat.
_USER_AGENTS: tuple[tuple[bytes, ClientKind], ...] = (
    (b"wechatdevtools", "devtools"),
    (b"miniprogram", "mini-program"),
    (b"micromessenger", "wechat"),
    (b"mozilla/", "browser"),
    (b"curl/", "script"),
    (b"python", "script"),
    (b"wget/", "script"),
    (b"okhttp", "script"),
    (b"go-http-client", "script"),
)


def log_request(record: RequestRecord) -> None:
    """Logs at info, for a 500 at error, for other 5xx at warning.

    Polls of monitors are left out if they succeed, or find that the server is not ready: that is logged once,
    when it changes.
    """
    level = _level(record.status)
    if log.isEnabledFor(level) and not _is_routine(record):
        log.log(level, "request", extra=_fields(record))


def line_of_text(event: Mapping[str, Any]) -> str:
    """Returns the fields of a request as one line: time, method, route, status, duration, size, problem, id.

    The size is the body's that came in or, without one, that went out. Beyond 100 columns the problem is left
    out, and then the end of a long id that the client chose.
    """
    size, direction = (event["bytes_in"], "in") if event["bytes_in"] else (event["bytes_out"], "out")
    request = f"{event['method']} {event.get('route', '-')} {event.get('status', '-')}"
    measured = f"{1000 * event['duration_s']:.0f} ms {_bytes(size)} {direction}"
    first = f"{event['timestamp'][11:19]}Z {request} {measured}"
    problem = event.get("problem") or ("disconnected" if event.get("disconnected") else "")
    whole = " ".join(filter(None, (first, problem, event["request_id"])))
    return whole if len(whole) <= LONGEST_LINE else f"{first} {event['request_id']}"[:LONGEST_LINE]


def client_kind(headers: list[tuple[bytes, bytes]]) -> ClientKind:
    """Returns the kind of client by the headers of an ASGI scope; a whole user agent could identify a
    person."""
    agent = next((value for name, value in headers if name == b"user-agent"), b"").lower()
    if not agent:
        return "none"
    return next((kind for pattern, kind in _USER_AGENTS if pattern in agent), "other")


def _is_routine(record: RequestRecord) -> bool:
    if record.route not in _POLLED or record.status is None:
        return False
    return record.status < 400 or (record.route == "/readyz" and record.status == 503)


def _bytes(size: int) -> str:
    for unit, power in (("MB", 6), ("kB", 3)):
        if size >= 10**power:
            return f"{size / 10**power:.1f} {unit}"
    return f"{size} B"


def _level(status: int | None) -> int:
    if status is None or status < 500:
        return logging.INFO
    return logging.ERROR if status == 500 else logging.WARNING


def _fields(record: RequestRecord) -> dict[str, object]:
    timings = record.timings
    fields = {
        "request_id": record.scope["state"]["request_id"],
        "method": record.method,
        "route": record.route or None,
        "status": record.status,
        "problem": record.problem,
        "disconnected": record.disconnected or None,
        "bytes_in": record.bytes_in,
        "bytes_out": record.bytes_out,
        "duration_s": _rounded(record.duration_s),
        "decode_s": _rounded(timings.decode_s),
        "queue_s": _rounded(timings.queue_s),
        "inference_s": _rounded(timings.inference_s),
        "client": client_kind(record.scope["headers"]),
    }
    return {name: value for name, value in fields.items() if value is not None}


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 5)
