"""HTTP/1.1 as raw bytes on a socket: a generator of load must cost next to nothing itself."""

import asyncio
import json
import re
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

_BOUNDARY = "paishi-bench"


@dataclass(frozen=True, slots=True)
class Reply:
    """`body` as received; `keep` says whether the server lets the connection live on."""

    status: int
    body: bytes
    keep: bool
    retry_after: float = 0.0


def upload_request(url: str, photo: bytes) -> bytes:
    """A whole POST of `photo` as the multipart field `image`, as `wx.uploadFile` sends it."""
    address = urlsplit(url)
    head = (
        f"--{_BOUNDARY}\r\n"
        'Content-Disposition: form-data; name="image"; filename="photo.jpg"\r\n'
        "Content-Type: image/jpeg\r\n\r\n"
    ).encode()
    body = head + photo + f"\r\n--{_BOUNDARY}--\r\n".encode()
    line = (
        f"POST {address.path} HTTP/1.1\r\nHost: {address.netloc}\r\n"
        f"Content-Type: multipart/form-data; boundary={_BOUNDARY}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return line.encode() + body


class Connection:
    """One client's connection to the server of `url`, opened again where the server closes it."""

    def __init__(self, url: str) -> None:
        address = urlsplit(url)
        self._address = (address.hostname, address.port)
        self._socket: socket.socket | None = None

    async def exchange(self, request: bytes) -> Reply:
        """Sends `request` and waits for the answer. Raises OSError where the connection breaks."""
        try:
            reply = await self._exchange(request)
        except BaseException:
            self.close()
            raise
        if not reply.keep:
            self.close()
        return reply

    def close(self) -> None:
        if self._socket:
            self._socket.close()
        self._socket = None

    async def _exchange(self, request: bytes) -> Reply:
        loop = asyncio.get_running_loop()
        if self._socket is None:
            self._socket = socket.socket()
            self._socket.setblocking(False)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await loop.sock_connect(self._socket, self._address)
        await loop.sock_sendall(self._socket, request)
        received = b""
        while b"\r\n\r\n" not in received:
            received += await self._receive(self._socket)
        head, _, body = received.partition(b"\r\n\r\n")
        length = _length(head)
        while len(body) < length:
            body += await self._receive(self._socket)
        return _reply(head, body)

    @staticmethod
    async def _receive(sock: socket.socket) -> bytes:
        data = await asyncio.get_running_loop().sock_recv(sock, 1 << 16)
        if not data:
            raise ConnectionResetError("the server closed the connection before its answer was through")
        return data


def _field(head: bytes, name: bytes) -> bytes:
    found = re.search(rb"\r\n" + name + rb":[ \t]*([^\r]*)", head, re.IGNORECASE)
    return found[1].strip() if found else b""


def _length(head: bytes) -> int:
    length = _field(head, b"content-length")
    if not length.isdigit():
        raise ConnectionError("the answer has no Content-Length")
    return int(length)


def _reply(head: bytes, body: bytes) -> Reply:
    version, status = head.split(b" ", 2)[:2]
    keep = version == b"HTTP/1.1" and _field(head, b"connection").lower() != b"close"
    after = _field(head, b"retry-after")
    return Reply(int(status), body, keep, float(after) if after.isdigit() else 0.0)


def is_refusal(reply: Reply) -> bool:
    """Whether the server says that it has too much to do, and not that it is broken."""
    return reply.status == 503 and _json(reply.body).get("code") == "overloaded"


def is_answer(reply: Reply) -> bool:
    """Whether this is a whole prediction: 200 alone would let a server win that answers nothing."""
    body = _json(reply.body)
    return reply.status == 200 and body.get("success") is True and bool(body.get("predictions"))


def _json(body: bytes) -> dict[str, object]:
    try:
        value = json.loads(body)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
