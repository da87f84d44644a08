"""Valid HTTP/1.1 works, and invalid HTTP is answered with a problem."""

import socket
import time

import pytest

from tests.server.conftest import wait_for
from tests.server.connection.raw_client import END, PART, PHOTO, Served, head, upload

BODY = PART + PHOTO + END
LIVEZ = b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"


def test_expect_continue(served: Served) -> None:
    with served.raw() as client:
        client.send(head(len(BODY), "/predict", "Expect: 100-continue"))
        assert client.answer().status == 100
        assert client.send(BODY).answer().status == 200
        assert client.send(upload()).answer().status == 200
    served.is_well()


def test_pipelining(served: Served) -> None:
    with served.raw() as client:
        client.send(upload() + upload(b"hello") + b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n" + upload())
        assert [client.answer().status for _ in range(4)] == [200, 415, 200, 200]
    served.is_well()


def test_connection_close(served: Served) -> None:
    with served.raw() as client:
        answer = client.send(upload(PHOTO, "/predict", "Connection: close")).answer()
        assert (answer.status, answer.headers["connection"]) == (200, "close")
        assert client.ends()


CHUNKED = head(None) + b"%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY)


@pytest.mark.parametrize(
    ("sent", "statuses"),
    [
        (upload(), [200]),
        (upload(PHOTO, "/predict", "Connection: close"), [200]),
        (CHUNKED, [200]),
        (LIVEZ, [200]),
        (LIVEZ + upload() + LIVEZ, [200, 200, 200]),
        (upload(PHOTO, "/nothing"), [404]),
        (upload().replace(b"HTTP/1.1", b"HTTP/1.0"), [200]),
        (upload()[:-1], []),
        (LIVEZ + upload()[:-1], [200]),
        (LIVEZ + LIVEZ[:20], [200]),
        (CHUNKED[:-1], []),
        (b"", []),
    ],
    ids=lambda value: repr(value[:10] + value[-10:]) if isinstance(value, bytes) else "",
)
def test_a_client_that_ends_its_side_gets_its_answers(
    served: Served, sent: bytes, statuses: list[int]
) -> None:
    with served.raw() as client:
        client.send(sent).connection.shutdown(socket.SHUT_WR)
        assert [client.answer().status for _ in statuses] == statuses
        assert client.ends()
    served.is_well()
    wait_for(lambda: not served.services.connections.open, 20, "the connections' end")


def test_http_1_0(served: Served) -> None:
    with served.raw() as client:
        request = upload().replace(b"HTTP/1.1", b"HTTP/1.0")
        assert client.send(request).answer().status == 200
        assert client.ends()


@pytest.mark.parametrize(
    "bytes_sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"x" * 100 + b"\r\n\r\n",
        b"hello\r\n\r\n",
        b"POST /predict HTTP/1.1\r\nContent-Length: 5\r\n\r\n",  # no Host
        b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
        b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n",
        b"POST /predict HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n",
        head(None) + b"zz\r\nhello\r\n",
        head(None) + b"5\r\nhello world\r\n",
    ],
    ids=lambda sent: repr(sent[:60] + sent[-20:]),
)
def test_invalid_http(served: Served, bytes_sent: bytes) -> None:
    before = served.refused("request-invalid") or 0
    with served.raw() as client:
        answer = client.send(bytes_sent).answer()
        assert (answer.status, answer.problem().code) == (400, "request-invalid")
        assert served.refused("request-invalid") == before + 1
        assert answer.headers["connection"] == "close"
        assert client.ends()
    served.is_well()


def test_a_client_that_still_sends_is_not_reset_at_once(served: Served) -> None:
    """At a reset, some systems drop what was received and not yet read."""
    with served.raw() as client:
        client.send(head(None) + b"zz\r\n")
        for _ in range(5):
            time.sleep(0.05)
            client.send(b"x" * 1000)
        assert client.answer().status == 400
    served.is_well()


def test_nonsense_after_an_early_answer_ends_quietly(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    with served.raw() as client:
        assert client.send(head(None, "/nothing")).answer().status == 404
        client.send(b"no chunk\r\n")
        assert client.ends()
    served.is_well()
    assert "Traceback" not in caplog.text
