"""Sees every request from outside and tells the metrics and the log of it."""

from starlette.types import ASGIApp, Receive, Scope, Send

from paishi.telemetry.metrics import Metrics
from paishi.telemetry.request_log import log_request
from paishi.telemetry.request_record import RequestRecord


class Observe:
    """Belongs around everything that may refuse a request, and inside what gives it its id."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        record = RequestRecord(scope, receive, send)
        self.metrics.active += 1
        try:
            with record.timings.recording():
                await self.app(scope, record.receive, record.send)
        except Exception:
            record.fail()
            raise
        finally:
            self.metrics.active -= 1
            record.end()
            self.metrics.count(record)
            log_request(record)
