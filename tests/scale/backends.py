"""Servers that behave as a test wants, and a name server that lists them."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

REFUSAL = b'{"code":"overloaded"}'


@dataclass(frozen=True)
class Received:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Backend:
    """`answer` gets each request but health checks, and returns status and body; None closes the connection
    without a response. `ready` is what `/readyz` says."""

    answer: Callable[[Received], tuple[int, bytes] | None]
    ready: bool = True
    received: list[Received] = field(default_factory=list)
    address: str = ""


@contextmanager
def backend(
    answer: Callable[[Received], tuple[int, bytes] | None] = lambda received: (200, b"{}"),
    host: str = "127.0.0.1",
    port: int = 0,
) -> Iterator[Backend]:
    state = Backend(answer)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def respond(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.path == "/readyz":
                return self.send(200 if state.ready else 503, b"")
            headers = {name.lower(): value for name, value in self.headers.items()}
            received = Received(self.command, self.path, headers, body)
            state.received.append(received)
            answered = state.answer(received)
            if answered is None:
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True
                return
            self.send(*answered)

        do_GET = do_POST = do_DELETE = respond  # noqa: N815

        def send(self, status: int, body: bytes) -> None:
            self.send_response(status)
            if status == 503:
                self.send_header("Retry-After", "7")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

        def handle_error(self, *_: Any) -> None:
            """A connection that HAProxy has given up."""

    with Server((host, port), Handler) as server:
        state.address = f"{host}:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield state
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def name_server(hosts: list[str]) -> Iterator[str]:
    """Answers every question for an IPv4 address with `hosts` as they are then; yields its address."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))

        def serve() -> None:
            while True:
                try:
                    question, asker = listening.recvfrom(4096)
                except OSError:
                    return
                if question == b"end":
                    return
                listening.sendto(_named(question, list(hosts)), asker)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"127.0.0.1:{listening.getsockname()[1]}"
        finally:
            listening.sendto(b"end", listening.getsockname())
            thread.join()


def _named(question: bytes, hosts: list[str]) -> bytes:
    """RFC 1035, section 4: the question once more, and an A record for each host."""
    end = question.index(b"\0", 12) + 5
    kind = struct.unpack(">H", question[end - 4 : end - 2])[0]
    listed = hosts if kind == 1 else []
    head = question[:2] + struct.pack(">HHHHH", 0x8180, 1, len(listed), 0, 0)
    records = (b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 0, 4) + socket.inet_aton(host) for host in listed)
    return head + question[12:end] + b"".join(records)
