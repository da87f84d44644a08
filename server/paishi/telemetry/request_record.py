"""One request and its answer, as they pass."""

from time import perf_counter

from starlette.types import Message, Receive, Scope, Send

from paishi.telemetry.route import method_of, route_of
from paishi.telemetry.timings import Timings


class RequestRecord:
    """Counts what passes through its `receive` and `send`. BodyMemory are counted, headers are not."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope = scope
        self.timings = Timings()
        self.bytes_in = 0
        self.bytes_out = 0
        self.status: int | None = None
        """None while nothing was answered, and where nobody was there to get the answer."""
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
        """Nobody foresaw what happened; the answer is sent further out."""
        if self.status is None and not self.disconnected:
            self.status = 500
            self.scope["state"]["problem"] = "internal"

    def end(self) -> None:
        self.duration_s = perf_counter() - self._began

    @property
    def method(self) -> str:
        return method_of(self.scope)

    @property
    def route(self) -> str:
        return route_of(self.scope)

    @property
    def problem(self) -> str | None:
        """The code of the problem that was answered."""
        if self.status is None or self.status < 400:
            return None
        code: str | None = self.scope["state"].get("problem")
        return code
