"""The application behind the real server's connections, in this process, and clients of raw bytes."""

import contextlib
import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from paishi.app import create_app
from paishi.contract import Problem
from paishi.recognition.recogniser import Recogniser
from paishi.services import Services
from paishi.settings import Settings
from tests.server.api.conftest import load_brightness, settled
from tests.server.conftest import wait_for
from tests.server.in_process import running
from tests.server.pictures import file_of, noise

PHOTO = file_of(noise())
PART = b'--b\r\nContent-Disposition: form-data; name="image"; filename="x"\r\n\r\n'
END = b"\r\n--b--\r\n"


def head(length: int | None, path: str = "/predict", *more: str) -> bytes:
    """A request's header with a body of `length` bytes, None for chunks."""
    framing = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: x",
        "Content-Type: multipart/form-data; boundary=b",
        framing,
        *more,
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def upload(photo: bytes = PHOTO, path: str = "/predict", *more: str) -> bytes:
    body = PART + photo + END
    return head(len(body), path, *more) + body


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    def problem(self) -> Problem:
        """With the headers of every answer, whether the application wrote it or what is below it."""
        assert self.headers["content-type"] == "application/problem+json", self
        problem = Problem.model_validate_json(self.body)
        assert problem.status == self.status
        assert self.headers["x-request-id"] == problem.request_id
        assert self.headers["x-content-type-options"] == "nosniff"
        assert self.headers["referrer-policy"] == "no-referrer"
        assert self.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert self.headers["cross-origin-resource-policy"] == "same-origin"
        return problem


@dataclass
class Raw:
    """One connection."""

    port: int
    receive_buffer: int = 0
    address: str = "127.0.0.1"
    """Where it comes from: Linux has all of 127.0.0.0/8."""
    connection: socket.socket = field(init=False)
    received: bytes = b""

    def __post_init__(self) -> None:
        self.connection = socket.socket()
        if self.receive_buffer:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self.receive_buffer)
        self.connection.settimeout(30)
        self.connection.bind((self.address, 0))
        self.connection.connect(("127.0.0.1", self.port))

    def __enter__(self) -> "Raw":
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def send(self, data: bytes) -> "Raw":
        self.connection.sendall(data)
        return self

    def drip(self, data: bytes, pause: float) -> None:
        """Byte by byte until the server ends it."""
        for byte in data:
            try:
                self.connection.send(bytes([byte]))
            except OSError:
                return
            time.sleep(pause)

    def send_until_ended(self, data: bytes = b"x" * 65536) -> int:
        """How many bytes the server takes before it ends the connection."""
        sent = 0
        with contextlib.suppress(ConnectionError):
            while True:
                sent += self.connection.send(data)
        return sent

    def answer(self) -> Answer:
        while b"\r\n\r\n" not in self.received:
            self._more()
        top, _, self.received = self.received.partition(b"\r\n\r\n")
        line, *fields = top.decode().split("\r\n")
        headers = {name.lower(): value for name, value in (text.split(": ", 1) for text in fields)}
        length = int(headers.get("content-length", 0))
        while len(self.received) < length:
            self._more()
        body, self.received = self.received[:length], self.received[length:]
        return Answer(int(line.split()[1]), headers, body)

    def ends_before_more(self) -> bool:
        """Waits for the next byte; whether the server ends the connection instead."""
        if not self.received:
            with contextlib.suppress(ConnectionResetError):
                self.received = self.connection.recv(65536)
        return not self.received

    def ends(self) -> bool:
        """Whether the server ends the connection, without another byte."""
        try:
            return not self.received and not self.connection.recv(1)
        except ConnectionResetError:
            return True

    def is_cut_off(self) -> bool:
        """Reads to the end; whether the server ended the connection within a response."""
        with contextlib.suppress(ConnectionResetError):
            while data := self.connection.recv(65536):
                self.received += data
        top, _, body = self.received.partition(b"\r\n\r\n")
        return len(body) < int(top.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])

    def _more(self) -> None:
        data = self.connection.recv(65536)
        assert data, f"ended after {self.received!r}"
        self.received += data


@dataclass
class Served:
    port: int
    services: Services

    def raw(self, receive_buffer: int = 0, address: str = "127.0.0.1") -> Raw:
        return Raw(self.port, receive_buffer, address)

    def refused(self, code: str) -> float | None:
        """Problems with this code in the metrics."""
        return self.services.metrics.registry.get_sample_value("paishi_refused_total", {"reason": code})

    def full(self, limit: str) -> float | None:
        """How often `limit` was reached, by the metrics."""
        registry = self.services.metrics.registry
        return registry.get_sample_value("paishi_full_total", {"limit": limit})

    def is_well(self) -> None:
        """Waits until the server answers and holds nothing of earlier requests."""
        with self.raw() as client:
            answer = client.send(upload()).answer()
            assert json.loads(answer.body)["success"] is True, answer
        wait_for(self.holds_nothing, 20, "everything to be given back")

    def holds_nothing(self) -> bool:
        services = self.services
        return (
            services.admission.in_hand,
            services.insight_admission.in_hand,
            services.body_memory.held,
        ) == (
            0,
            0,
            0,
        )


@contextmanager
def serving(load: Callable[..., Recogniser] = load_brightness, **settings: object) -> Iterator[Served]:
    """Runs the application as `paishi serve` does; its model is ready."""
    app = create_app(Settings(**settings), load=lambda settings, cores, on_progress: load(on_progress))
    with running(app.asgi, http=app.protocol, ws="none") as port:
        settled(app.services)
        yield Served(port, app.services)


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving() as running:
        yield running
