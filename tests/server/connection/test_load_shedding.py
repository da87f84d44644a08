"""Load shedding refuses requests at their header, and the connection stays usable."""

from collections.abc import Iterator

import pytest

from paishi.connection.load_shedding import LoadShedding
from paishi.lifecycle.phase import Lifecycle
from tests.server.conftest import wait_for
from tests.server.connection.raw_client import PHOTO, Raw, Served, head, serving, upload

SHORT = b"POST /predict HTTP/1.1\r\nHost: x\r\ncontent-length:0\r\n\r\n"


@pytest.fixture
def full() -> Iterator[Served]:
    with serving() as served:
        served.services.admission.in_hand = served.services.admission.limit
        yield served
        served.services.admission.in_hand = 0
        served.is_well()


def refused(client: Raw, request: bytes) -> str:
    answer = client.send(request).answer()
    problem = answer.problem()
    assert (problem.code, problem.success) == ("overloaded", False)
    assert answer.headers["retry-after"] == str(problem.retry_after)
    return problem.request_id


def refusals_counted(served: Served) -> float | None:
    labels = {"http_request_method": "POST", "http_route": "/predict", "http_response_status_code": "503"}
    registry = served.services.metrics.registry
    return registry.get_sample_value("http_server_request_duration_seconds_count", labels)


def test_the_refusal_has_the_form_of_all_problems(full: Served) -> None:
    with full.raw() as client:
        assert refused(client, upload(PHOTO, "/predict?top=3", "X-Request-ID: mine-1")) == "mine-1"
        assert len(refused(client, upload(PHOTO, "/predict", "x-request-id: not <well> formed"))) == 32
    assert not full.services.body_memory.held


def test_it_comes_before_the_body_which_is_discarded(full: Served) -> None:
    body = len(upload()) - len(head(0))
    with full.raw() as client:
        refused(client, upload()[: -body + 10])
        # What comes with the body's end is the next request.
        refused(client, upload()[-body + 10 :] + upload())
        refused(client, upload(PHOTO, "/predict", "Connection: close"))
        assert client.ends()


def test_a_client_that_sends_more_than_announced_is_cut_off(full: Served) -> None:
    with full.raw() as client:
        refused(client, head(10) + b"x" * 5)
        assert client.send_until_ended() < 100_000_000  # is read and discarded up to a limit


def test_a_body_that_does_not_come_ends_the_connection() -> None:
    with serving(body_s=0.5) as served:
        served.services.admission.in_hand = served.services.admission.limit
        with served.raw() as client:
            refused(client, head(1000))
            assert client.ends()


def test_thousands_in_one_piece_are_answered_one_after_the_other(full: Served) -> None:
    with full.raw() as client:
        client.send(SHORT * 3000)
        for _ in range(3000):
            assert client.answer().status == 503
        refused(client, upload())


def test_a_client_that_does_not_read_responses_is_cut_off() -> None:
    def ask(served: Served, client: Raw) -> None:
        for sent in range(100, 100_000, 100):
            client.send(SHORT * 100)
            # Sent in one piece: load shedding leaves a partial header to the application.
            wait_for(lambda sent=sent: is_read(served, sent), 30, "the server to have read all", 0.01)

    def is_read(served: Served, sent: int) -> bool:
        return refusals_counted(served) == sent or not served.services.connections.open

    with serving(body_s=600) as served, served.raw(receive_buffer=4096) as client:  # no timer ends it in time
        served.services.admission.in_hand = served.services.admission.limit
        with pytest.raises(ConnectionError):
            ask(served, client)


def test_too_large_stays_too_large(full: Served) -> None:
    with full.raw() as client:
        answer = client.send(head(10**12)).answer()
        assert (answer.status, answer.problem().code) == (413, "image-too-large")


def test_while_the_server_shuts_down_connections_close(full: Served) -> None:
    lifecycle = full.services.lifecycle
    with full.raw() as client:
        refused(client, upload())
        lifecycle.phase = "draining"
        try:
            refused(client, upload())
            assert client.ends()
        finally:
            lifecycle.phase = "serving"


def test_a_connection_with_a_body_under_way_is_not_idle() -> None:
    with serving(max_connections=2) as served, served.raw() as sends, served.raw() as waits:
        admission = served.services.admission
        wait_for(lambda: served.services.connections.open == 2, 10, "both")
        admission.in_hand = admission.limit
        body = len(upload()) - len(head(0))
        refused(sends, upload()[: -body + 10])
        admission.in_hand = 0
        with served.raw() as newcomer:
            assert newcomer.send(upload()).answer().status == 200
            assert waits.ends()
            assert sends.send(upload()[-body + 10 :] + upload()).answer().status == 200


@pytest.mark.parametrize(
    "request_sent",
    [
        upload(PHOTO, "/predict", "Origin: https://example.com"),
        upload(PHOTO, "/predict%0A"),
        head(None),
        upload(PHOTO).replace(b"HTTP/1.1", b"HTTP/1.0"),
    ],
    ids=["a page", "another spelling", "chunks", "HTTP/1.0"],
)
def test_unusual_requests_are_refused_by_the_application(full: Served, request_sent: bytes) -> None:
    with full.raw() as client:
        refused(client, request_sent)


def test_other_routes_are_served(full: Served) -> None:
    with full.raw() as client:
        assert client.send(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n").answer().status == 200
        # The same connection: what was answered before is not taken for a part of this header.
        refused(client, upload())


def test_a_header_in_pieces_is_refused_too(full: Served) -> None:
    with full.raw() as client:
        client.send(upload()[:20])
        refused(client, upload()[20:])


def test_refusals_are_counted(full: Served) -> None:
    for _ in range(3):
        with full.raw() as client:
            refused(client, upload())
    assert refusals_counted(full) == 3
    assert full.refused("overloaded") == 3


def test_a_request_line_without_end_is_looked_at_once() -> None:
    """Trying each place in it for the end of the path would take hours."""
    shedding = LoadShedding({}, Lifecycle(), 1000, lambda method, path: None)
    for line in (b"GET /" + b"x" * 10_000_000, b"G" * 10_000_000, b"GET /?" + b"?" * 10_000_000):
        assert shedding(line) is None
