"""One line in the log for each request.

It has nothing by which somebody could be found: no address, no token, no file name, no query, nothing that
was typed. An address is personal data under China's Personal Information Protection Law and the GDPR, and
nothing here needs one; whoever must have it, against abuse for example, lets the proxy keep it for a while.
"""

import logging

from paishi.telemetry.client_kind import client_kind
from paishi.telemetry.request_record import RequestRecord

log = logging.getLogger("paishi.request")

_ASKED_ALL_DAY = ("/livez", "/readyz", "/metrics")


def log_request(record: RequestRecord) -> None:
    level = _level(record.status)
    if log.isEnabledFor(level) and not _is_routine(record):
        log.log(level, "request", extra=_fields(record))


def _level(status: int | None) -> int:
    if status is None or status < 500:
        return logging.INFO
    return logging.ERROR if status == 500 else logging.WARNING


def _is_routine(record: RequestRecord) -> bool:
    return record.route in _ASKED_ALL_DAY and (record.status or 0) < 400


def _fields(record: RequestRecord) -> dict[str, object]:
    took = record.timings
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
        "decode_s": _rounded(took.decode_s),
        "queue_s": _rounded(took.queue_s),
        "inference_s": _rounded(took.inference_s),
        "client": client_kind(record.scope["headers"]),
    }
    return {name: value for name, value in fields.items() if value is not None}


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 5)
