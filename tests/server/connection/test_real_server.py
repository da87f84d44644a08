"""The installed program enforces these limits, with a real model."""

import contextlib
from pathlib import Path
from urllib.parse import urlsplit

from tests.server.conftest import RunningServer, run_server, wait_for
from tests.server.connection.raw_client import PART, Raw, head, upload

SLOW = 250
NO_WEIGHTS = {"PAISHI_WEIGHTS": "/nowhere/x.h5"}


def connect(server: RunningServer) -> Raw:
    return Raw(urlsplit(server.url).port or 0)


def test_its_settings_reach_the_connections(tmp_path: Path) -> None:
    settings = {"PAISHI_HEADER_S": "0.5", "PAISHI_BODY_S": "1", "PAISHI_MAX_CONNECTIONS": "3"}
    with run_server(tmp_path / "output", until="/livez", **settings, **NO_WEIGHTS) as server:
        with connect(server) as silent:
            assert silent.ends()
        with connect(server) as slow:
            assert slow.send(b"POST").answer().status == 408
        with contextlib.ExitStack() as stack:
            waits = head(100, "/predict", "Expect: 100-continue")
            busy = [stack.enter_context(connect(server)).send(waits) for _ in range(3)]
            assert [client.answer().status for client in busy] == [100] * 3
            stack.enter_context(connect(server))
            assert busy.pop(0).ends()
            for client in busy:
                answer = client.answer()
                assert (answer.status, answer.problem().code) == (408, "request-timeout")


def test_slow_clients_do_not_shut_out_others(server: RunningServer, photos: list[Path]) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(SLOW):
            stack.enter_context(connect(server)).send(b"POST /predict HTTP/1.1\r\nHost: x\r\nX-")
            stack.enter_context(connect(server)).send(head(100_000) + PART)
        with server.client() as quick:
            for photo in photos[:10]:
                assert quick.post("/predict", files={"image": photo.read_bytes()}).status_code == 200


def test_clients_that_disconnect_leave_the_queue(server: RunningServer, photos: list[Path]) -> None:
    photo = photos[0].read_bytes()
    with contextlib.ExitStack() as stack:
        for _ in range(300):
            stack.enter_context(connect(server)).send(upload(photo))
    with server.client() as client:
        # It may come before the server has heard that they left.
        wait_for(lambda: client.post("/predict", files={"image": photo}).is_success, 20, "an answer")
    assert "Traceback" not in server.output.read_text()


def test_ten_times_the_capacity_is_answered_or_refused(server: RunningServer, photos: list[Path]) -> None:
    """And the server recovers."""
    request = upload(photos[0].read_bytes())
    with contextlib.ExitStack() as stack:
        crowd = [stack.enter_context(connect(server)).send(request) for _ in range(800)]
        answers = [client.answer() for client in crowd]
    assert {answer.status for answer in answers} <= {200, 503}
    assert 200 in {answer.status for answer in answers}
    for answer in answers:
        if answer.status == 503:
            assert answer.problem().code == "overloaded"
    with server.client() as client:
        assert client.post("/predict", files={"image": photos[0].read_bytes()}).is_success
