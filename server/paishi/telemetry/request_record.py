"""What is measured of one request."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import NamedTuple

from starlette.types import Message, Receive, Scope, Send

from paishi.system.timing import on_decode, on_run

_METHODS = frozenset({"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"})


class Decode(NamedTuple):
    """Seconds that a photo waited for a decoder, and that decoding took."""

    waited: float
    took: float


class Run(NamedTuple):
    """Seconds that a picture waited for the model, and that inference took; `at_once` pictures ran
    together."""

    waited: float
    ran: float
    at_once: int


@dataclass(slots=True)
class Timings:
    """Decodes and model runs of one request. Other threads add to them, before the request goes on."""

    decodes: list[Decode] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)

    @contextmanager
    def collect(self) -> Iterator[None]:
        """Collects those of the current task until the block ends."""
        decoding = on_decode.set(lambda waited, took: self.decodes.append(Decode(waited, took)))
        running = on_run.set(lambda waited, ran, at_once: self.runs.append(Run(waited, ran, at_once)))
        try:
            yield
        finally:
            on_decode.reset(decoding)
            on_run.reset(running)

    @property
    def decode_s(self) -> float | None:
        return sum(decode.took for decode in self.decodes) if self.decodes else None

    @property
    def queue_s(self) -> float | None:
        """Until the first view ran."""
        return min(run.waited for run in self.runs) if self.runs else None

    @property
    def inference_s(self) -> float | None:
        """From the start of the first view to the end of the last; views may run one after the other."""
        if self.queue_s is None:
            return None
        return max(run.waited + run.ran for run in self.runs) - self.queue_s


class RequestRecord:
    """A request as it passes through `receive` and `send`; sizes are of bodies, without headers."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope = scope
        self.timings = Timings()
        self.bytes_in = 0
        self.bytes_out = 0
        self.status: int | None = None
        """None before the response, and if the client disconnected before it."""
        self.disconnected = False
        self.duration_s = 0.0
        self._receive = receive
        self._send = send
        self._began = perf_counter()

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self.bytes_in += len(message.get("body", b""))
        elif self.status is None:
            self.disconnected = True
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = None if self.disconnected else message["status"]
        else:
            self.bytes_out += len(message.get("body", b""))
        await self._send(message)

    def fail(self) -> None:
        """Records an unexpected exception, whose response is sent further out."""
        if self.status is None and not self.disconnected:
            self.status = 500
            self.scope["state"]["problem"] = "internal"

    def end(self) -> None:
        self.duration_s = perf_counter() - self._began

    @property
    def method(self) -> str:
        """One of HTTP's methods, or `_OTHER`, as in OpenTelemetry's semantic conventions."""
        method: str = self.scope["method"]
        return method if method in _METHODS else "_OTHER"

    @property
    def route(self) -> str:
        """The template, such as `/image/{picture_id}`, once the request has been routed; "" without a route.

        Prometheus treats an empty label as a missing one, as the conventions want it.
        """
        if "app_root_path" in self.scope:  # below a mount, which has any number of paths
            return f"{self.scope['root_path']}/{{path}}"
        return getattr(self.scope.get("route"), "path", "")

    @property
    def problem(self) -> str | None:
        """The code of the problem in the response."""
        if self.status is None or self.status < 400:
            return None
        code: str | None = self.scope["state"].get("problem")
        return code
