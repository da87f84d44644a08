"""Without a place, a request is refused before its body is read, and the connection stays usable."""

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from paishi.admission import body_memory as bodies
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


def test_in_chunks_too(served: Served) -> None:
    with served.raw() as client:
        with crowded(served):
            assert_overloaded(client.send(head(None)).answer())
        client.send(b"5\r\nhello\r\n0\r\n\r\n")
        assert client.send(upload()).answer().status == 200


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


def announce(served: Served, stack: contextlib.ExitStack, length: int | None = 4 * MB) -> Raw:
    before = served.services.body_memory.held
    client = stack.enter_context(served.raw()).send(head(length) + (PART if length else b""))
    wait_for(lambda: served.services.body_memory.held > before or length is None, 10, "the header")
    return client


def test_announced_bytes_are_bounded() -> None:
    with serving(max_bodies_mb=10) as served:
        with contextlib.ExitStack() as stack, served.raw() as client:
            for _ in range(2):
                announce(served, stack)
            assert_overloaded(client.send(head(4 * MB)).answer())
            assert served.full("PAISHI_MAX_BODIES_MB") == 1
            assert served.services.body_memory.held == 8 * MB
        wait_for(served.holds_nothing, 10, "their memory")
        served.is_well()


def test_bytes_in_chunks_are_bounded_as_they_arrive() -> None:
    with serving(max_bodies_mb=5) as served:
        with contextlib.ExitStack() as stack:
            announce(served, stack)
            client = announce(served, stack, None)
            for piece in (PART, *[b"x" * 200_000] * 8):
                client.send(b"%x\r\n%b\r\n" % (len(piece), piece))
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
    with serving(max_bodies_mb=10, body_s=20) as served, contextlib.ExitStack() as stack:
        quick = announce(served, stack)
        quick.send(b"x" * 3 * MB)
        idle = announce(served, stack)
        newcomer = stack.enter_context(served.raw())

        def is_answered() -> bool:
            return newcomer.send(upload(b"x" * 3 * MB)).answer().status == 415

        wait_for(is_answered, 10, "room")
        answer = idle.answer()
        assert (answer.status, answer.problem().code) == (408, "request-timeout")
        assert served.services.body_memory.ended == 1
        rest = 4 * MB - len(PART) - 3 * MB - len(END)
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
