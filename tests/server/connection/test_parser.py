"""The parser's limits, and that within them it finds what h11 finds."""

import asyncio
import contextlib
import threading
import time
from collections.abc import Iterator
from statistics import median

import h11
import pytest

from paishi.connection.parser import MAX_CONTENT_TYPE, MAX_HEADER, MAX_LINES, MAX_TARGET, BoundedParser
from tests.server.connection.raw_client import END, PART, PHOTO, Raw, Served, head, serving, upload

BODY = PART + PHOTO + END
UNLIMITED = 10**9


def header(*lines: bytes, target: bytes = b"/livez", version: bytes = b"HTTP/1.1") -> bytes:
    return b"\r\n".join([b"GET %b %b" % (target, version), b"Host: x", *lines, b"", b""])


def of_length(length: int) -> bytes:
    return header(b"X: " + b"x" * (length - len(header(b"X: "))))


def content_type(length: int) -> bytes:
    return b"Content-Type: multipart/form-data; boundary=b".ljust(length + len("Content-Type: "), b";")


def chunked(body: bytes, size: int, trailers: bytes = b"") -> bytes:
    parts = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n" + trailers + b"\r\n"


WITHIN = {
    "a long header": of_length(MAX_HEADER),
    "many lines": header(*[b"a:"] * (MAX_LINES - 1)),
    "a long target": header(target=b"/livez?".ljust(MAX_TARGET, b"&")),
    "a long content type": header(content_type(MAX_CONTENT_TYPE)),
    "a later minor version": header(version=b"HTTP/1.2"),
}
BEYOND = {
    "too long a header": (431, of_length(MAX_HEADER + 1)),
    "far too long a header": (431, of_length(100_000)),
    "a header that does not end": (431, of_length(100_000)[:-4]),
    "too many lines": (431, header(*[b"a:"] * MAX_LINES)),
    "20,000 lines": (431, header(*[b"a:"] * 20_000)),
    "folded lines": (431, header(b"a:", *[b" b"] * MAX_LINES)),
    "too long a target": (414, header(target=b"/livez?".ljust(MAX_TARGET + 1, b"&"))),
    "60 kB of query": (414, header(target=b"/livez?".ljust(60_000, b"&"))),
    "a request line that does not end": (414, b"GET /" + b"x" * 100_000),
    "too long a content type": (400, header(content_type(MAX_CONTENT_TYPE + 1))),
    "a folded content type": (400, header(b"Content-Type: a", *[b" " + b";" * 100] * 6)),
    "12,000 parameters": (431, header(content_type(60_000))),
    "HTTP/2": (505, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    "an unknown version": (505, header(version=b"HTTP/3")),
}


@pytest.mark.parametrize("case", WITHIN)
def test_what_is_within_the_limits_is_served(served: Served, case: str) -> None:
    with served.raw() as client:
        assert client.send(WITHIN[case]).answer().status == 200


@pytest.mark.parametrize("case", BEYOND)
def test_what_is_beyond_is_refused(served: Served, case: str) -> None:
    status, sent = BEYOND[case]
    with served.raw() as client:
        answer = client.send(sent).answer()
        assert (answer.status, answer.problem().code) == (status, "request-invalid")
        assert client.ends()


@pytest.mark.parametrize("case", BEYOND)
def test_before_it_is_parsed(case: str) -> None:
    status, sent = BEYOND[case]
    parser = BoundedParser()
    parser.receive_data(sent)
    with pytest.raises(h11.RemoteProtocolError):
        parser.next_event()
    assert parser.refusal is not None
    assert parser.refusal.status == status


def test_limits_hold_for_the_second_request_of_one_read(served: Served) -> None:
    with served.raw() as client:
        client.send(header() + BEYOND["20,000 lines"][1])
        assert [client.answer().status, client.answer().status] == [200, 431]


def events(parser: h11.Connection, sent: bytes, piece: int) -> list[object]:
    """What comes of `sent` in pieces; data in one."""
    found: list[object] = []
    for start in range(0, len(sent), piece):
        parser.receive_data(sent[start : start + piece])
        while (event := parser.next_event()) not in (h11.NEED_DATA, h11.PAUSED):
            if isinstance(event, h11.Data) and found and isinstance(found[-1], bytes):
                found[-1] += bytes(event.data)
            else:
                found.append(bytes(event.data) if isinstance(event, h11.Data) else event)
    return found


@pytest.mark.parametrize("piece", [1, 2, 3, 5, 1000, 8192, 10**6])
@pytest.mark.parametrize("size", [1, 6, 1000, 50_000])
@pytest.mark.parametrize("trailers", [b"", b"a: b\r\n" * MAX_LINES])
def test_a_chunked_body_is_the_one_that_h11_finds(piece: int, size: int, trailers: bytes) -> None:
    body = bytes(range(256)) * 8 if piece < 1000 or size == 1 else bytes(range(256)) * 800
    sent = head(None) + chunked(body, size, trailers)
    bounded = BoundedParser()
    bounded.allow_events(UNLIMITED)
    assert events(bounded, sent, piece) == events(h11.Connection(h11.SERVER), sent, piece)


def bodies(parser: h11.Connection, sent: bytes, piece: int) -> list[bytes]:
    """Of requests that follow each other in `sent`, each of which is answered at once."""
    found = [b""]
    for start in range(0, len(sent), piece):
        parser.receive_data(sent[start : start + piece])
        while (event := parser.next_event()) is not h11.NEED_DATA:
            if event is h11.PAUSED:
                parser.send(h11.Response(status_code=204, headers=[]))
                parser.send(h11.EndOfMessage())
                parser.start_next_cycle()
                found.append(b"")
            elif isinstance(event, h11.Data):
                found[-1] += bytes(event.data)
    return found


@pytest.mark.parametrize("piece", [1, 7, 1000, 8192, 8193, 40_000, 10**6])
def test_bodies_with_a_length_are_those_that_h11_finds(piece: int) -> None:
    sizes = (40_960, 1, 0, 3000, 20_000)
    wanted = [bytes(range(256)) * (size // 256) or b"x" * size for size in sizes]
    sent = b"".join(head(len(body)) + body for body in wanted)
    assert bodies(BoundedParser(), sent, piece) == bodies(h11.Connection(h11.SERVER), sent, piece) == wanted


def test_the_head_of_a_response_goes_with_its_body() -> None:
    parser = BoundedParser()
    parser.receive_data(header())
    parser.next_event()
    assert not parser.send(h11.Response(status_code=200, headers=[(b"content-length", b"4")]))
    sent = parser.send(h11.Data(data=b"body"))
    assert sent is not None
    assert sent.startswith(b"HTTP/1.1 200 ")
    assert sent.endswith(b"\r\n\r\nbody")
    assert not parser.send(h11.EndOfMessage())


@pytest.mark.parametrize("piece", [1, 7, 1000, 10**6])
@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, chunked(b"x" * 20_000, 1)),
        (400, b"1;" + b"x" * 15_000 + b"\r\nx\r\n" + b"1;" + b"x" * 15_000 + b"\r\nx\r\n"),
        (431, chunked(b"x" * 50_000, 50_000, b"a:\r\n" * (MAX_LINES + 1))),
        (431, chunked(b"x" * 50_000, 50_000, b"a:\r\n" * 15_000)),
        (431, chunked(b"x" * 50_000, 50_000, b"a: " + b"x" * 9000 + b"\r\n")),
    ],
    ids=["tiny chunks", "long extensions", "many trailers", "very many trailers", "a long trailer"],
)
def test_chunks_cost_no_more_than_their_data(status: int, body: bytes, piece: int) -> None:
    parser = BoundedParser()
    parser.allow_events(UNLIMITED)
    with pytest.raises(h11.RemoteProtocolError):
        events(parser, head(None) + body, piece)
    assert parser.refusal is not None
    assert parser.refusal.status == status


@pytest.mark.parametrize("size", [2, 6, 1000, 100_000])
def test_a_photo_in_chunks_is_answered(served: Served, size: int) -> None:
    with served.raw() as client:
        client.send(head(None) + chunked(BODY, size, b"A: b\r\n"))
        assert client.answer().status == 200
        assert client.send(upload()).answer().status == 200
    served.is_well()


def test_a_photo_in_tiny_chunks_is_refused(served: Served) -> None:
    with served.raw() as client:
        answer = client.send(head(None) + chunked(b"x" * 100_000, 1)).answer()
        assert (answer.status, answer.problem().code) == (400, "request-invalid")
        assert client.ends()
    served.is_well()


class ParsedPerTurn:
    """How many events h11 parsed in each turn of an event loop; of several servers, each has its own."""

    def __init__(self) -> None:
        self.ended = threading.Event()
        self._counts: dict[asyncio.AbstractEventLoop, list[int]] = {}

    def __iter__(self) -> Iterator[int]:
        return (count for counts in self._counts.values() for count in counts if count)

    def count(self) -> None:
        loop = asyncio.get_running_loop()
        if loop not in self._counts:
            self._counts[loop] = []
            self._begin_turn(loop)
        self._counts[loop][-1] += 1

    def _begin_turn(self, loop: asyncio.AbstractEventLoop) -> None:
        self._counts[loop].append(0)
        if not self.ended.is_set():
            loop.call_soon(self._begin_turn, loop)


@pytest.fixture
def parsed_per_turn(monkeypatch: pytest.MonkeyPatch) -> Iterator[ParsedPerTurn]:
    parsed = ParsedPerTurn()
    next_event = h11.Connection.next_event

    def counting(self: h11.Connection) -> object:
        parsed.count()
        return next_event(self)

    monkeypatch.setattr(h11.Connection, "next_event", counting)
    yield parsed
    parsed.ended.set()


def test_the_event_loop_parses_few_chunks_a_turn_however_many_wait(
    served: Served, parsed_per_turn: ParsedPerTurn
) -> None:
    senders = 5
    crowd = [Raw(served.port).send(head(None)) for _ in range(senders)]
    for client in crowd:
        client.send(chunked(PART + b"x" * 60_000 + END, 6))
    for client in crowd:
        assert client.answer().status == 415
        client.connection.close()
    assert sum(parsed_per_turn) > senders * 10_000
    assert max(parsed_per_turn) < 100


def test_and_few_requests_a_turn_that_it_refuses_at_once(parsed_per_turn: ParsedPerTurn) -> None:
    requests, senders = 60, 50  # whose answers the connections' buffers hold
    short = b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
    with serving() as served, contextlib.ExitStack() as stack:
        served.services.admission.in_hand = served.services.admission.limit
        crowd = [stack.enter_context(served.raw()) for _ in range(senders)]
        for client in crowd:
            client.send(short * requests)
        for client in crowd:
            assert [client.answer().status for _ in range(requests)] == [503] * requests
        served.services.admission.in_hand = 0
    assert sum(parsed_per_turn) >= senders * requests
    assert median(parsed_per_turn) < senders / 5


def test_chunks_of_a_refused_request_are_not_parsed(served: Served, parsed_per_turn: ParsedPerTurn) -> None:
    with served.raw() as client:
        answer = client.send(head(None, "/nothing")).answer()
        assert (answer.status, answer.headers["connection"]) == (404, "close")
        client.send(chunked(b"x" * 60_000, 6))
        assert client.ends()
    assert sum(parsed_per_turn) < 100


def test_a_client_that_still_sends_chunks_can_read_its_refusal(served: Served) -> None:
    with served.raw() as client:
        client.send(head(None, "/nothing"))
        for _ in range(20):
            client.send(b"3e8\r\n" + b"x" * 1000 + b"\r\n")
            time.sleep(0.02)
        assert client.answer().status == 404


@pytest.mark.parametrize(
    ("target", "path"),
    [(b"http://host/livez", "/livez"), (b"HTTPS://user@host:80/livez?a=b", "/livez"), (b"http://host", "/")],
)
def test_a_target_in_absolute_form_is_served_as_its_path(served: Served, target: bytes, path: str) -> None:
    with served.raw() as client:
        answer = client.send(header(target=target)).answer()
        assert answer.status == (
            200 if path == "/livez" else client.send(header(target=b"/")).answer().status
        )
        assert client.send(header()).answer().status == 200


def test_its_host_is_the_targets() -> None:
    parser = BoundedParser()
    parser.receive_data(header(target=b"http://host:5000/image?a=b"))
    request = parser.next_event()
    assert isinstance(request, h11.Request)
    assert (request.target, dict(request.headers)[b"host"]) == (b"/image?a=b", b"host:5000")


def test_a_request_with_both_framings_is_answered_and_the_connection_closes(served: Served) -> None:
    sent = head(None, "/predict", "Content-Length: 5") + chunked(BODY, 1000)
    with served.raw() as client:
        answer = client.send(sent + upload()).answer()
        assert (answer.status, answer.headers["connection"]) == (200, "close")
        assert client.ends()
    served.is_well()
