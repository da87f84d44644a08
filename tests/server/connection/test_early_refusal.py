"""A client without a key is refused before its body is received."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from paishi.access.keys import hash_of, new_key
from tests.server.api.conftest import AppClient, started

KEY = new_key()
HUGE = 200_000_000
ORDINARY = 2_000_000


@pytest.fixture(scope="module")
def guarded() -> Iterator[AppClient]:
    with started(auth="key", keys=hash_of(KEY.encode())) as client:
        yield client


def connected(client: AppClient, *headers: str) -> socket.socket:
    connection = socket.create_connection((client.base_url.host, client.base_url.port or 80), 20)
    lines = ["POST /predict HTTP/1.1", "Host: x", "Content-Type: multipart/form-data; boundary=b", *headers]
    connection.sendall("\r\n".join([*lines, "", ""]).encode())
    return connection


def status_of(connection: socket.socket) -> int:
    """Status of one answer with a JSON body."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65536)
    head, _, body = received.partition(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    while len(body) < length:
        body += connection.recv(65536)
    status = int(head.split()[1])
    assert json.loads(body)["status"] == status
    return status


@pytest.mark.parametrize("size", [f"Content-Length: {HUGE}", "Transfer-Encoding: chunked"])
def test_the_answer_comes_before_the_body(guarded: AppClient, size: str) -> None:
    with connected(guarded, size) as connection:
        assert status_of(connection) == 401


def test_expect_continue_gets_the_refusal_and_the_connection_closes(guarded: AppClient) -> None:
    """What followed could be the body or the next request."""
    with connected(guarded, f"Content-Length: {HUGE}", "Expect: 100-continue") as connection:
        assert status_of(connection) == 401
        assert connection.recv(1) == b""


def test_a_huge_body_is_not_read_to_its_end(guarded: AppClient) -> None:
    sent, part = 0, b"x" * 65536
    with connected(guarded, f"Content-Length: {HUGE}") as connection, suppress(ConnectionError):
        while sent < HUGE:
            connection.sendall(part)
            sent += len(part)
    assert sent < HUGE / 2  # what buffers on the way take is not the server's


def test_a_client_may_send_all_of_a_photo_before_it_reads_the_refusal(guarded: AppClient) -> None:
    """Many clients read only then."""
    with connected(guarded, f"Content-Length: {ORDINARY}") as connection:
        for _ in range(ORDINARY // 1000):
            connection.sendall(b"x" * 1000)
        time.sleep(0.2)  # longer than the way back of an end of the connection
        assert status_of(connection) == 401


def test_the_connection_lives_on_once_the_body_was_sent(guarded: AppClient) -> None:
    with connected(guarded, "Content-Length: 5") as connection:
        assert status_of(connection) == 401
        connection.sendall(b"--b--GET /models HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b" 200 " in connection.recv(65536).partition(b"\r\n")[0]


def test_a_refusal_without_a_body_keeps_the_connection(guarded: AppClient) -> None:
    with connected(guarded, "Content-Length: 0") as connection:
        assert status_of(connection) == 401
        connection.sendall(b"GET /models HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b" 200 " in connection.recv(65536).partition(b"\r\n")[0]


def test_with_a_key_the_server_waits_for_the_body(guarded: AppClient) -> None:
    with connected(guarded, "Content-Length: 5", f"Authorization: Bearer {KEY}") as connection:
        connection.settimeout(0.3)
        with pytest.raises(TimeoutError):
            connection.recv(1)
        connection.settimeout(20)
        connection.sendall(b"--b--")
        assert status_of(connection) == 400
