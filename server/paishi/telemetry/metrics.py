"""What is counted and measured, in the form that Prometheus asks for.

HTTP's are named as OpenTelemetry's semantic conventions name them, in Prometheus's spelling; the unit is
seconds. Every label has a value of a short list that the server knows, never one that a client chose.
"""

from typing import get_args

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
)

from paishi.contract import Problem
from paishi.telemetry.request_record import RequestRecord

SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)
"""A small network answers in milliseconds, a large photo from a bad mobile network takes seconds. The same
steps everywhere in between put a quantile within a factor of two, and 13 of them stay cheap to keep."""

BYTES = tuple(float(2**power) for power in range(10, 27, 2))
"""1 KiB, a request without a photo, to 64 MiB, in steps of four."""

PICTURES = (1, 2, 3, 4, 6, 8, 12, 16, 32, 64)
"""One by one to eight: the largest batch, and the cores of a usual machine."""

# When each series began is half of all that would be sent, and Prometheus does not ask for it.
disable_created_metrics()  # type: ignore[no-untyped-call]

_HTTP = ("http_request_method", "http_route", "http_response_status_code")


class Metrics:
    """One application's own; `registry` is what `GET /metrics` shows.

    For one event loop. `active` is how many requests are not answered yet.
    """

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=registry)
        self._duration = Histogram(
            "http_server_request_duration_seconds",
            "From a request's first byte to its answer's last.",
            _HTTP,
            buckets=SECONDS,
            registry=registry,
        )
        self._body_size = Histogram(
            "http_server_request_body_size_bytes",
            "What was received of a request's body, where there was one.",
            _HTTP,
            buckets=BYTES,
            registry=registry,
        )
        self.active = 0
        Gauge(
            "http_server_active_requests", "Requests that are not answered yet.", registry=registry
        ).set_function(lambda: self.active)
        self._decode_wait = self._seconds("decode_queue", "A photo waiting for a free decoder.")
        self._decode = self._seconds("decode", "A photo's bytes being made into what is worked on.")
        self._queue = self._seconds("queue", "A photo waiting for the network to begin.")
        self._inference = self._seconds("inference", "The network looking at a photo, at all of its views.")
        self._batch_size = Histogram(
            "paishi_batch_size",
            "Pictures that ran together or side by side, as each of them saw it, itself among them.",
            buckets=PICTURES,
            registry=registry,
        )
        self._refused = Counter(
            "paishi_refused", "Requests answered with a problem, by its code.", ["reason"], registry=registry
        )
        for code in get_args(Problem.model_fields["code"].annotation):
            self._refused.labels(code)  # there from the start: a rate needs a value before the first

    def count(self, record: RequestRecord) -> None:
        """To be called once, when the record has ended."""
        labels = (record.method, record.route, str(record.status or ""))
        self._duration.labels(*labels).observe(record.duration_s)
        if record.bytes_in:
            self._body_size.labels(*labels).observe(record.bytes_in)
        if record.problem:
            self._refused.labels(record.problem).inc()
        for decode in record.timings.decodes:
            self._decode_wait.observe(decode.waited)
            self._decode.observe(decode.took)
        for run in record.timings.runs:
            self._batch_size.observe(run.at_once)
        queue_s, inference_s = record.timings.queue_s, record.timings.inference_s
        if queue_s is not None and inference_s is not None:
            self._queue.observe(queue_s)
            self._inference.observe(inference_s)

    def count_refused(self, code: str) -> None:
        """What was answered with a problem before a request could be seen in it."""
        self._refused.labels(code).inc()

    def count_turned_away(self, method: str, route: str) -> None:
        """A request that was answered 503 before anything was read of it but its header."""
        self._duration.labels(method, route, "503").observe(0)
        self.count_refused("overloaded")

    def _seconds(self, name: str, meaning: str) -> Histogram:
        return Histogram(f"paishi_{name}_duration_seconds", meaning, buckets=SECONDS, registry=self.registry)
