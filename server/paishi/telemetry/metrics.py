"""Counters and histograms for Prometheus.

HTTP metrics have the names of OpenTelemetry's semantic conventions, in Prometheus's spelling; times are in
seconds. Every label has a value from a fixed list or of the operator's, never one that a client chose.
"""

from typing import Literal, get_args

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
"""From milliseconds of a small model to seconds of a large photo over a bad mobile network. Even steps put a
quantile within a factor of two, and 13 of them are cheap."""

BYTES = tuple(float(2**power) for power in range(10, 27, 2))
"""1 KiB, a request without a photo, to 64 MiB, in steps of four."""

PICTURES = (1, 2, 3, 4, 6, 8, 12, 16, 32, 64)
"""Finest up to 8, the largest batch and the cores of a usual machine."""

# The creation times of series would be half of each response, and Prometheus does not need them.
disable_created_metrics()  # type: ignore[no-untyped-call]

TaughtEvent = Literal["taught", "forgotten", "restored", "recognised"]

_HTTP = ("http_request_method", "http_route", "http_response_status_code")


class Metrics:
    """The metrics of one application; `GET /metrics` returns its `registry`. For one event loop.

    `active` is the number of requests in progress.
    """

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=registry)
        self._duration = Histogram(
            "http_server_request_duration_seconds",
            "From the first byte of the request to the last of the response.",
            _HTTP,
            buckets=SECONDS,
            registry=registry,
        )
        self._body_size = Histogram(
            "http_server_request_body_size_bytes",
            "Bytes received of a request body, if there is one.",
            _HTTP,
            buckets=BYTES,
            registry=registry,
        )
        self.active = 0
        Gauge("http_server_active_requests", "Requests in progress.", registry=registry).set_function(
            lambda: self.active
        )
        self._decode_wait = self._seconds("decode_queue", "Wait of a photo for a free decoder.")
        self._decode = self._seconds("decode", "Decoding and fitting of a photo.")
        self._queue = self._seconds("queue", "Wait of a photo for the model.")
        self._inference = self._seconds("inference", "Inference of a photo, with all of its views.")
        self._batch_size = Histogram(
            "paishi_batch_size",
            "Pictures that ran together with a picture, itself included; one sample per picture.",
            buckets=PICTURES,
            registry=registry,
        )
        self._named = Counter(
            "paishi_photos_named",
            "Photos named by /predict, by the model that answered.",
            ["model"],
            registry=registry,
        )
        self._taught = Counter(
            "paishi_taught",
            "Photos and things taught, forgotten or restored, and photos named as a taught thing.",
            ["event"],
            registry=registry,
        )
        for event in get_args(TaughtEvent):
            self._taught.labels(event)
        self._refused = Counter(
            "paishi_refused", "Requests refused, by the code of the problem.", ["reason"], registry=registry
        )
        for code in get_args(Problem.model_fields["code"].annotation):
            self._refused.labels(code)  # a rate needs a value before the first

    def count(self, record: RequestRecord) -> None:
        """Counts a request that has ended; call it once."""
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

    def count_named(self, model: str) -> None:
        """Counts a photo that `model` named."""
        self._named.labels(model).inc()

    def count_taught(self, event: TaughtEvent) -> None:
        """Counts something that happened to taught things."""
        self._taught.labels(event).inc()

    def count_refused(self, code: str) -> None:
        """Counts a refusal of bytes that are no request yet."""
        self._refused.labels(code).inc()

    def count_shed(self, method: str, route: str) -> None:
        """Counts a request refused with 503 after its header, by load shedding."""
        self._duration.labels(method, route, "503").observe(0)
        self.count_refused("overloaded")

    def _seconds(self, name: str, meaning: str) -> Histogram:
        return Histogram(f"paishi_{name}_duration_seconds", meaning, buckets=SECONDS, registry=self.registry)
