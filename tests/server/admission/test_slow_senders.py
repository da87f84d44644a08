"""Header, body and response each have a time limit."""

import contextlib
import json
import time
from urllib.parse import urlsplit

import pytest

from tests.server.conftest import wait_for
from tests.server.connection.raw_client import END, PART, PHOTO, Raw, Served, head, serving, upload
from tests.server.pictures import file_of, noise

LONG = {"header_s": 30, "body_s": 30}


def test_a_header_that_does_not_end_is_answered_with_408(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    with serving(header_s=0.5) as served, served.raw() as slow:
        slow.drip(head(10), pause=0.05)
        answer = slow.answer()
        assert (answer.status, answer.problem().code) == (408, "request-timeout")
        assert answer.headers["connection"] == "close"
        assert slow.ends()
        assert served.refused("request-timeout") == 1
        [line] = [record for record in caplog.records if record.message == "refused"]
        assert vars(line)["request_id"] == answer.headers["x-request-id"]


def test_a_silent_connection_is_closed() -> None:
    with serving(header_s=0.5) as served, served.raw() as silent:
        assert silent.ends()


def test_a_connection_that_falls_silent_is_closed() -> None:
    with serving(header_s=0.5) as served, served.raw() as client:
        assert client.send(upload()).answer().status == 200
        assert client.ends()


def test_half_a_header_after_an_answer_is_answered_with_408() -> None:
    """Any byte stops uvicorn's own timer for idle connections."""
    with serving(header_s=0.5) as served, served.raw() as client:
        assert client.send(upload()).answer().status == 200
        assert client.send(b"POST /pre").answer().status == 408
        assert client.ends()


@pytest.mark.parametrize("announced", [True, False], ids=["length", "chunks"])
@pytest.mark.parametrize("path", ["/predict", "/image", "/explain"])
def test_a_body_that_does_not_come_is_answered_with_408(announced: bool, path: str) -> None:
    with serving(body_s=0.5) as served:
        with served.raw() as slow:
            slow.send(head(1000 if announced else None, path) + (PART if announced else b"5\r\n--b\r\n\r\n"))
            answer = slow.answer()
            assert (answer.status, answer.problem().code) == (408, "request-timeout")
            assert answer.headers["connection"] == "close"
            assert answer.problem().request_id == answer.headers["x-request-id"]
            assert slow.ends()
        served.is_well()


def test_the_time_is_for_the_whole_body_and_not_for_each_byte() -> None:
    with serving(body_s=0.5) as served, served.raw() as slow:
        slow.send(head(1000))
        slow.drip(PART, pause=0.02)
        assert slow.answer().status == 408


def test_a_slow_sender_in_time_is_answered() -> None:
    body = PART + PHOTO + END
    with serving(**LONG) as served, served.raw() as client:
        client.send(head(len(body)))
        for start in range(0, len(body), len(body) // 10):
            client.send(body[start : start + len(body) // 10])
            time.sleep(0.02)
        assert client.answer().status == 200


def test_the_rest_of_an_unread_body_has_a_time_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("paishi.connection.protocol._AFTER_BODY_S", 0.1)
    with serving(body_s=0.5) as served, served.raw() as client:
        assert client.send(head(1000, "/nothing")).answer().status == 404
        client.send(b"x")  # which stops uvicorn's own timer
        assert client.ends()


def test_and_a_limit_in_bytes() -> None:
    with serving(max_body_mb=0.01, **LONG) as served, served.raw() as client:
        assert client.send(head(10**9) + b"x").answer().status == 413
        assert client.send_until_ended() < 10_000_000


def test_a_refused_client_that_still_sends_can_read_its_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long it takes: the connection ends once it pauses."""
    monkeypatch.setattr("paishi.connection.protocol.LINGER_S", 0.5)
    with serving(**LONG) as served, served.raw() as client:
        client.send(head(None, "/nothing"))
        for _ in range(30):
            client.send(b"3e8\r\n" + b"x" * 1000 + b"\r\n")
            time.sleep(0.05)
        assert client.answer().status == 404
        assert client.ends()


def test_a_response_that_is_not_read_ends() -> None:
    large = file_of(noise(3000, 2000), "PNG")
    with serving(body_s=2, header_s=1) as served, served.raw(receive_buffer=4096) as client:
        client.send(upload(large, "/image"))
        wait_for(lambda: not served.services.body_memory.held, 20, "the answer")
        wait_for(lambda: not served.services.connections.open, 20, "the connection's end")


def stored(served: Served) -> bytes:
    """A request for a picture of about 6 MB, of which a kernel's buffers take a few."""
    with served.raw() as client:
        large = upload(file_of(noise(3000, 2000)), "/image", "Accept: application/json")
        path = urlsplit(json.loads(client.send(large).answer().body)["url"]).path
    wait_for(lambda: not served.services.body_memory.held, 20, "the upload's memory")
    return f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()


def test_responses_that_nobody_reads_are_bounded_in_bytes() -> None:
    """The oldest are dropped, and other clients are served."""
    with serving(max_bodies_mb=60, **LONG) as served, contextlib.ExitStack() as stack:
        memory, request = served.services.body_memory, stored(served)

        def read_later() -> Raw:
            return stack.enter_context(served.raw(receive_buffer=4096)).send(request)

        crowd = [read_later()]
        wait_for(lambda: memory.held, 20, "the response")
        size = memory.held
        for number in range(2, 13):
            crowd.append(read_later())
            wait_for(lambda number=number: memory.ended + memory.held / size == number, 20, "the response")
            assert memory.held <= memory.limit / 2
        assert served.full("PAISHI_MAX_BODIES_MB") == memory.ended > 5
        assert crowd[0].is_cut_off()
        with served.raw() as client:
            assert client.send(upload()).answer().status == 200
        assert crowd[-1].answer().status == 200


def test_a_response_that_is_read_gives_its_memory_back() -> None:
    with serving(**LONG) as served, served.raw(receive_buffer=4096) as client:
        client.send(stored(served))
        wait_for(lambda: served.services.body_memory.held, 20, "the response")
        assert client.answer().status == 200
        served.is_well()
        client.send(stored(served))
        wait_for(lambda: served.services.body_memory.held, 20, "the response")
        client.connection.close()
        served.is_well()


def test_one_that_is_not_read_yields_to_uploads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("paishi.admission.body_memory.GRACE_S", 0.1)
    with serving(max_bodies_mb=20, **LONG) as served, served.raw(receive_buffer=4096) as client:
        memory = served.services.body_memory
        client.send(stored(served))
        wait_for(lambda: memory.held, 20, "the response")
        time.sleep(0.2)
        with served.raw() as other:
            other.send(head(16_000_000) + PART + b"x" * 15_000_000)
            wait_for(lambda: memory.ended == 1, 20, "its memory")
        assert client.is_cut_off()
