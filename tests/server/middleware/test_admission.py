"""Without a place, a request is refused before its body is read, and the connection stays usable."""

import contextlib
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from paishi.access.keys import hash_of
from paishi.admission import body_memory as bodies
from paishi.admission.body_memory import LOOK_AHEAD
from paishi.problems.kinds import Overloaded
from tests.server.conftest import wait_for
from tests.server.connection.raw_client import END, PART, PHOTO, Answer, Raw, Served, head, serving, upload

MB = 1_000_000


def assert_overloaded(answer: Answer) -> None:
    problem = answer.problem()
    assert (answer.status, problem.code) == (503, "overloaded")
    assert problem.retry_after == int(answer.headers["retry-after"]) >= 1
    assert problem.request_id == answer.headers["x-request-id"]


@contextmanager
def crowded(served: Served, path: str = "/predict") -> Iterator[None]:
    """All places for the path are taken."""
    services = served.services
    admission = services.insight_admission if path in ("/explain", "/features") else services.admission
    with contextlib.ExitStack() as stack:
        try:
            while True:
                stack.enter_context(admission.admit())
        except Overloaded:
            yield


@pytest.mark.parametrize("path", ["/predict", "/image", "/explain", "/features"])
def test_the_refusal_comes_before_the_body(served: Served, path: str) -> None:
    body = PART + PHOTO + END
    with served.raw() as client:
        with crowded(served, path):
            assert_overloaded(client.send(head(len(body), path)).answer())
        client.send(body)  # which is read and dropped
        assert client.send(upload()).answer().status == 200
    served.is_well()


def test_a_client_that_reads_only_after_it_has_sent_all(served: Served) -> None:
    with served.raw() as client, crowded(served):
        assert_overloaded(client.send(upload(b"x" * 15 * MB)).answer())
        assert_overloaded(client.send(upload(b"x" * 15 * MB)).answer())


def test_in_chunks_too_and_the_connection_closes(served: Served) -> None:
    """The rest is discarded without being parsed chunk by chunk, so its end is not known."""
    with served.raw() as client, crowded(served):
        answer = client.send(head(None)).answer()
        assert_overloaded(answer)
        assert answer.headers["connection"] == "close"
        client.send(b"5\r\nhello\r\n0\r\n\r\n")
        assert client.ends()


def test_the_others_are_still_answered(served: Served) -> None:
    with crowded(served, "/explain"), served.raw() as client:
        assert client.send(upload()).answer().status == 200
        assert_overloaded(client.send(upload(PHOTO, "/features")).answer())
    with crowded(served), served.raw() as client:
        assert client.send(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n").answer().status == 200
        assert client.send(head(0, "/nothing")).answer().status == 404


def test_expect_continue_gets_the_refusal_and_the_connection_closes(served: Served) -> None:
    """Whether the body follows the refusal is up to the client."""
    with served.raw() as client, crowded(served):
        answer = client.send(head(1000, "/predict", "Expect: 100-continue")).answer()
        assert_overloaded(answer)
        assert answer.headers["connection"] == "close"
        assert client.ends()


def test_a_photo_takes_no_place_before_it_is_received() -> None:
    with serving(max_in_hand=1) as served, contextlib.ExitStack() as stack:
        for _ in range(20):
            stack.enter_context(served.raw()).send(head(1000) + PART)
        wait_for(lambda: served.services.body_memory.held == 20_000, 10, "the slow ones")
        with served.raw() as client:
            assert client.send(upload()).answer().status == 200


def test_places_that_are_taken_while_the_body_arrives() -> None:
    """The photo is refused once its body is complete."""
    body = PART + PHOTO + END
    with serving(max_in_hand=1) as served, served.raw() as client:
        client.send(head(len(body)) + body[:-1])
        wait_for(lambda: served.services.body_memory.held == len(body), 10, "most of the body")
        with crowded(served):
            assert_overloaded(client.send(body[-1:]).answer())
        assert client.send(upload()).answer().status == 200
        served.is_well()


def begin(served: Served, stack: contextlib.ExitStack, length: int | None, sent: int) -> Raw:
    """A client that has sent the first `sent` bytes of a body of `length`, None for one chunk."""
    memory = served.services.body_memory
    before = memory.held
    piece = (PART + b"x" * sent)[:sent]
    chunk = b"%x\r\n%b\r\n" % (sent, piece) if length is None else piece
    client = stack.enter_context(served.raw()).send(head(length) + chunk)
    expected = sent + LOOK_AHEAD
    if length is not None:
        expected = length if sent >= length / 2 else min(length, expected)
    wait_for(lambda: memory.held == before + expected, 10, "the bytes")
    return client


def test_announced_bytes_take_next_to_nothing() -> None:
    """Or a few slow connections would shut out everybody by what they announce."""
    with serving(max_bodies_mb=20) as served, contextlib.ExitStack() as stack:
        for _ in range(13):
            begin(served, stack, 15 * MB, 1000)
        with served.raw() as client:
            assert client.send(upload()).answer().status == 200
            assert client.send(upload(b"x" * 5 * MB)).answer().status == 415


def test_large_bodies_leave_room_for_small_ones() -> None:
    with serving(max_bodies_mb=11) as served:
        with contextlib.ExitStack() as stack, served.raw() as client:
            for _ in range(2):
                begin(served, stack, 4 * MB, 3 * MB)
            assert_overloaded(client.send(head(4 * MB) + PART + b"x" * MB).answer())
            assert served.full("PAISHI_MAX_BODIES_MB") == 1
            with served.raw() as other:
                assert other.send(upload()).answer().status == 200
        wait_for(served.holds_nothing, 10, "their memory")
        served.is_well()


def test_one_client_gives_way_to_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its slowest body, if it holds more than a quarter; not to itself."""
    monkeypatch.setattr(bodies, "GRACE_S", 0)
    with serving(max_bodies_mb=11, auth="key", keys=f"a:{hash_of(b'a')},b:{hash_of(b'b')}") as served:
        with contextlib.ExitStack() as stack:

            def of(key: str, sent: int) -> Raw:
                client = stack.enter_context(served.raw())
                client.send(head(4 * MB, "/predict", f"X-API-Key: {key}") + (PART + b"x" * sent)[:sent])
                return client

            first = of("a", 3 * MB)
            wait_for(lambda: served.services.body_memory.held == 4 * MB, 10, "its bytes")
            time.sleep(0.1)  # so that the second is quicker
            second = of("a", 3 * MB)
            wait_for(lambda: served.services.body_memory.held == 2 * 4 * MB, 10, "its bytes")
            other = of("b", 3 * MB)
            assert first.answer().status == 408
            assert second.send(b"x" * MB).answer().status != 503
            assert other.send(b"x" * MB).answer().status != 503
        wait_for(served.holds_nothing, 10, "their memory")


def test_bytes_in_chunks_are_bounded_as_they_arrive() -> None:
    with serving(max_bodies_mb=5) as served:
        with contextlib.ExitStack() as stack:
            begin(served, stack, 4 * MB, 3 * MB)
            client = begin(served, stack, None, 100_000)
            for _ in range(8):
                client.send(b"%x\r\n%b\r\n" % (200_000, b"x" * 200_000))
            assert_overloaded(client.answer())
        wait_for(served.holds_nothing, 10, "their memory")
        served.is_well()


def test_a_body_alone_always_fits() -> None:
    with serving(max_bodies_mb=0.0001) as served:
        served.is_well()
        with served.raw() as client:
            assert client.send(upload()).answer().status == 200


def test_senders_that_are_too_slow_lose_their_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """They announced much and send nothing; a sender that would be in time keeps its memory."""
    monkeypatch.setattr(bodies, "GRACE_S", 0.2)
    with serving(max_bodies_mb=11, body_s=20) as served, contextlib.ExitStack() as stack:
        quick = begin(served, stack, 6 * MB, 5 * MB)
        idle = begin(served, stack, 20 * MB, MB)
        newcomer = stack.enter_context(served.raw())

        def is_answered() -> bool:
            return newcomer.send(upload(b"x" * 2 * MB)).answer().status == 415

        wait_for(is_answered, 30, "room")
        answer = idle.answer()
        assert (answer.status, answer.problem().code) == (408, "request-timeout")
        assert served.services.body_memory.ended == 1
        rest = 6 * MB - 5 * MB - len(END)
        assert quick.send(b"x" * rest + END).answer().status == 415


def test_a_body_that_is_too_large_is_refused_at_once_and_takes_no_memory() -> None:
    with serving(max_body_mb=1) as served, served.raw() as client:
        answer = client.send(head(2 * MB)).answer()
        assert (answer.status, answer.problem().code) == (413, "image-too-large")
        client.send(b"x" * 2 * MB)
        assert client.send(upload()).answer().status == 200
        with served.raw() as other:
            answer = other.send(head(None, "/predict%0A", f"Content-Length: {2 * MB}")).answer()
            assert (answer.status, answer.problem().code) == (413, "image-too-large")
        answer = client.send(head(2 * MB, "/predict", "Expect: 100-continue")).answer()
        assert (answer.status, answer.headers["connection"]) == (413, "close")
        assert client.ends()
