"""Metrics and log of every request."""

from starlette.types import ASGIApp, Receive, Scope, Send

from paishi.telemetry.metrics import Metrics
from paishi.telemetry.request_log import log_request
from paishi.telemetry.request_record import RequestRecord


class Observe:
    """Records each request. Belongs around all layers that may refuse one, and inside ResponseHeaders."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        record = RequestRecord(scope, receive, send)
        self._metrics.active += 1
        try:
            with record.timings.collect():
                await self._app(scope, record.receive, record.send)
        except Exception:
            record.fail()
            raise
        finally:
            self._metrics.active -= 1
            record.end()
            self._metrics.count(record)
            log_request(record)
