"""A real HTTP server on loopback that serves one file, correctly or with the given faults."""

import email.utils
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

Framing = Literal["chunked", "until close"]


@dataclass
class Answer:
    """Response to one request. The default is that of a correct server.

    An `endless` one has no length and is sent until the client closes.
    """

    status: int = 200
    body: bytes | None = None
    cut_after: int | None = None
    claim: int | None = None
    heeds_range: bool = True
    checks_if_range: bool = True
    silence: float = 0
    pause: float = 0
    etag: str | None = '"one"'
    headers: dict[str, str] = field(default_factory=dict)
    endless: Framing | None = None


@dataclass
class Request:
    path: str
    range: str | None
    if_range: str | None


@dataclass
class FileHost:
    """`answers` are used one by one, then `default`. `requests` records what came."""

    content: bytes
    url: str = ""
    answers: list[Answer] = field(default_factory=list)
    default: Answer = field(default_factory=Answer)
    only: str | None = None
    requests: list[Request] = field(default_factory=list)

    def next_answer(self, path: str) -> Answer:
        if self.only is not None and path != self.only:
            return Answer(status=404)
        return self.answers.pop(0) if self.answers else self.default


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "_Server"

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        host = self.server.host
        wanted, version = self.headers["Range"], self.headers["If-Range"]
        host.requests.append(Request(self.path, wanted, version))
        answer = host.next_answer(self.path)
        if answer.silence:
            time.sleep(answer.silence)
        content = host.content if answer.body is None else answer.body
        start = 0
        if wanted and answer.heeds_range and (version == answer.etag or not answer.checks_if_range):
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
        if answer.status == 200 and start >= len(content) > 0:
            self._head(416, 0, {"Content-Range": f"bytes */{len(content)}"})
            return
        headers = {"Last-Modified": email.utils.formatdate(0, usegmt=True)}
        headers |= {"ETag": answer.etag} if answer.etag else {}
        if start and answer.status == 200:
            headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        headers |= answer.headers
        sent = content[start:]
        status = 206 if start and answer.status == 200 else answer.status
        if answer.endless:
            return self._send_endlessly(status, headers, answer.endless)
        self._head(status, len(sent) if answer.claim is None else answer.claim, headers)
        self._send(sent[: answer.cut_after], answer.pause)

    def _send_endlessly(self, status: int, headers: dict[str, str], framing: Framing) -> None:
        self.send_response(status)
        chunked = framing == "chunked"
        headers = headers | ({"Transfer-Encoding": "chunked"} if chunked else {})
        for name, value in {**headers, "Connection": "close"}.items():
            self.send_header(name, value)
        self.end_headers()
        part = bytes(16_384)
        with suppress(OSError):
            while True:
                self.wfile.write(b"%x\r\n%b\r\n" % (len(part), part) if chunked else part)

    def _head(self, status: int, length: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(length))
        self.send_header("Connection", "close")
        self.end_headers()

    def _send(self, content: bytes, pause: float) -> None:
        step = 16_384
        for at in range(0, len(content), step):
            try:
                self.wfile.write(content[at : at + step])
            except OSError:
                return
            if pause:
                self.wfile.flush()
                time.sleep(pause)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, host: FileHost) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.host = host


@contextmanager
def host_file(content: bytes) -> Iterator[FileHost]:
    host = FileHost(content)
    server = _Server(host)
    host.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield host
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
