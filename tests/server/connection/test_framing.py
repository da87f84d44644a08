"""A shed request is framed as h11 frames it: no client can hide a request in a body, or a body in one."""

import asyncio
from collections.abc import Iterator

import pytest

from paishi.admission.admission import Admission
from paishi.connection.load_shedding import LoadShedding, Shed
from paishi.connection.parser import MAX_HEADER, MAX_LINES, MAX_TARGET
from paishi.lifecycle.phase import Lifecycle
from tests.server.connection.raw_client import Served, serving

LAST = b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
HIDDEN = b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"
CHUNKED = b"%x\r\n%b\r\n0\r\n\r\n" % (len(HIDDEN), HIDDEN)


def header(*lines: bytes) -> bytes:
    return b"\r\n".join([b"POST /predict HTTP/1.1", b"Host: x", *lines, b"", b""])


ODD = {
    "a length after a bare LF": header(b"Content-Length: 5", b"X: y\nContent-Length: 0") + b"hello",
    "chunks after a bare LF": header(b"X: y\nTransfer-Encoding: chunked", b"Content-Length: 5") + CHUNKED,
    "an end of bare LFs": header(b"Content-Length: 0", b"X: y\n\nGET /livez HTTP/1.1", b"Host: x"),
    "a bare LF": header(b"X: y\nZ: z", b"Content-Length: 5") + b"hello",
    "two lengths": header(b"Content-Length: 5", b"Content-Length: 6") + b"hello",
    "the same length twice": header(b"Content-Length: 5", b"Content-Length: 5") + b"hello",
    "chunks and a length": header(b"Transfer-Encoding: chunked", b"Content-Length: 5") + CHUNKED,
    "a folded length": header(b"Content-Length: 5", b" 0") + b"hello",
    "a folded header": header(b"X: y", b"\tz", b"Content-Length: 5") + b"hello",
    "a space before the colon": header(b"Transfer-Encoding : chunked", b"Content-Length: 5") + CHUNKED,
    "a space before the length's colon": header(b"Content-Length : 5") + b"hello",
    "a NUL": header(b"X: \x00", b"Content-Length: 5") + b"hello",
    "an absolute target": header(b"Content-Length: 5").replace(b" /", b" http://x/", 1) + b"hello",
    "too many lines": header(*[b"A:"] * MAX_LINES, b"Content-Length: 5") + b"hello",
    "too long a header": header(b"A: " + b"x" * MAX_HEADER, b"Content-Length: 5") + b"hello",
    "too long a target": header(b"Content-Length: 5").replace(
        b" HTTP", b"?".ljust(MAX_TARGET, b"x") + b" HTTP", 1
    ),
    "an unknown version": header(b"Content-Length: 5").replace(b"HTTP/1.1", b"HTTP/2.0", 1) + b"hello",
    "no Host": header(b"Content-Length: 5").replace(b"Host: x\r\n", b"") + b"hello",
}


@pytest.fixture(scope="module")
def full() -> Iterator[Served]:
    with serving() as served:
        served.services.admission.in_hand = served.services.admission.limit
        yield served
        served.services.admission.in_hand = 0


def requests_seen(served: Served, sent: bytes) -> list[str]:
    """What the server takes each request on a connection for, until it ends the connection."""
    seen = []
    with served.raw() as client:
        client.send(sent + LAST)
        while not client.ends_before_more():
            answer = client.answer()
            code = "alive" if answer.status == 200 else answer.problem().code
            seen.append("a photo" if code in ("overloaded", "image-missing") else code)
    return seen


@pytest.mark.parametrize("odd", ODD)
def test_a_full_server_frames_as_any_other(served: Served, full: Served, odd: str) -> None:
    assert requests_seen(full, ODD[odd]) == requests_seen(served, ODD[odd])


def shed(data: bytes) -> Shed | None:
    async def on_loop() -> Shed | None:
        full = {("POST", "/predict"): Admission(0, 1)}
        return LoadShedding(full, Lifecycle(), 1000, lambda method, path: None)(data)

    return asyncio.run(on_loop())


@pytest.mark.parametrize("odd", ODD)
def test_odd_framing_is_left_to_the_application(odd: str) -> None:
    assert shed(ODD[odd]) is None


def test_a_usual_header_is_not() -> None:
    found = shed(header(b"Content-Length: 9", b"connection: Close") + b"hello")
    assert found is not None
    assert (found.body, found.received, found.close) == (9, b"hello", True)
