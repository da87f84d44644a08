"""The configuration of HAProxy that we ship, before servers that die, hang, refuse and leave."""

import os
import re
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from paishi.settings import Settings
from tests.scale.backends import REFUSAL, Backend, Received, backend, name_server
from tests.scale.haproxy import CONFIGURATION, Balancer, addresses, running_haproxy
from tests.server.access.sending import problem_of
from tests.server.conftest import free_port, need_program, wait_for

TEXT = re.sub(r"(?m)^\s*#.*$", "", CONFIGURATION.read_text("utf-8"))
PHOTO = bytes(range(256)) * 800
"""As many bytes as a photo from the mini-program."""


@contextmanager
def before(folder: Path, *servers: Backend, **environment: str) -> Iterator[Balancer]:
    """HAProxy before `servers`, all of which are ready."""
    given = addresses([server.address for server in servers]) | environment
    with running_haproxy(folder, given) as balancer:
        wait_for(lambda: len(balancer.up()) == len(servers), 20, "ready servers")
        yield balancer


def post(balancer: Balancer, path: str = "/predict", **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.post(balancer.url + path, content=PHOTO, headers=named, trust_env=False, timeout=60)


@pytest.mark.parametrize("servers", [[], ["127.0.0.1:5000"], ["127.0.0.1:5000", "127.0.0.1:5001"]])
def test_haproxy_takes_it_without_a_warning(servers: list[str]) -> None:
    command = [need_program("haproxy"), "-c", "-f", str(CONFIGURATION)]
    env = {**os.environ, **addresses(servers)}
    done = subprocess.run(command, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stdout + done.stderr


def test_what_loses_photos_is_not_in_it() -> None:
    assert "shutdown-sessions" not in TEXT  # would cut the photos of a server that drains
    assert "layer7" not in TEXT  # would take out a server that refuses
    [repeated] = re.findall(r"retry-on (.*)", TEXT)
    assert repeated.split() == ["conn-failure", "empty-response", "response-timeout"]


def test_a_buffer_holds_a_photo_of_the_mini_program_and_costs_little() -> None:
    [size] = re.findall(r"tune.bufsize (\d+)", TEXT)
    assert 400_000 <= int(size) <= 1_000_000


def test_times_are_longer_than_the_servers_own() -> None:
    settings = Settings.model_validate({})
    [silent] = re.findall(r"BALANCER_TIMEOUT-(\d+)s", TEXT)
    assert int(silent) >= settings.max_wait_s + 2 * settings.decode_s
    [body] = re.findall(r"wait-for-body time (\d+)s", TEXT)
    assert int(body) >= settings.body_s
    [header] = re.findall(r"timeout http-request (\d+)s", TEXT)
    assert int(header) >= settings.header_s


def test_a_photo_of_a_server_that_dies_is_answered_by_another(tmp_path: Path) -> None:
    with backend(lambda received: None) as dying, backend() as other, before(tmp_path, dying, other) as at:
        statuses = {post(at).status_code for _ in range(6)}
    assert statuses == {200}
    assert dying.received
    assert {received.body for received in other.received} == {PHOTO}


@pytest.mark.parametrize("path", ["/session", "/taught", "/corrections"])
def test_what_must_not_happen_twice_is_not_repeated(tmp_path: Path, path: str) -> None:
    with backend(lambda received: None) as one, backend(lambda received: None) as two:
        with before(tmp_path, one, two) as at:
            problem = problem_of(post(at, path, X_Request_ID="a-phone's"), 503, "not-answering")
        assert len(one.received + two.received) == 1
    assert problem.retry_after == 2


def test_a_photo_of_a_server_that_hangs_is_answered_by_another(tmp_path: Path) -> None:
    released = threading.Event()

    def hang(received: Received) -> None:
        released.wait(60)

    with backend(hang) as hung, backend() as other:
        with before(tmp_path, hung, other, BALANCER_TIMEOUT="300ms") as at:
            statuses = {post(at).status_code for _ in range(4)}
        released.set()
    assert statuses == {200}
    assert hung.received


def test_a_refusal_reaches_the_client_once_and_the_server_stays(tmp_path: Path) -> None:
    with backend(lambda received: (503, REFUSAL)) as one, backend(lambda received: (503, REFUSAL)) as two:
        with before(tmp_path, one, two) as at:
            answers = [post(at) for _ in range(20)]
            assert len(at.up()) == 2
        assert len(one.received) + len(two.received) == 20
    for answer in answers:
        assert (answer.status_code, answer.headers["retry-after"], answer.content) == (503, "7", REFUSAL)


def test_a_server_that_leaves_finishes_its_photo(tmp_path: Path) -> None:
    begun, released = threading.Event(), threading.Event()

    def finish_later(received: Received) -> tuple[int, bytes]:
        begun.set()
        released.wait(60)
        return 200, b"finished"

    with (
        backend(finish_later) as leaving,
        backend() as other,
        ThreadPoolExecutor() as phone,
        before(tmp_path, leaving, other) as at,
    ):
        other.ready = False
        wait_for(lambda: at.up() == {"one"}, 20, "the other's end")
        photo = phone.submit(post, at)
        assert begun.wait(60)
        other.ready, leaving.ready = True, False
        wait_for(lambda: at.up() == {"two"}, 20, "the change")
        assert post(at).content == b"{}"
        released.set()
        assert photo.result().content == b"finished"


def test_without_a_server_phones_get_our_problem(tmp_path: Path) -> None:
    with running_haproxy(tmp_path, addresses([f"127.0.0.1:{free_port()}"])) as at:
        wait_for(lambda: not at.up(), 20, "the check")
        answer = post(at, X_Request_ID="of.the-phone_1")
        problem = problem_of(answer, 503, "not-answering")
        assert (problem.request_id, problem.retry_after) == ("of.the-phone_1", 2)
        forged = post(at, X_Request_ID='"}<script>')
        assert re.fullmatch(r"[0-9a-f-]{36}", problem_of(forged, 503, "not-answering").request_id)


def test_a_body_that_does_not_arrive_gets_our_problem(tmp_path: Path) -> None:
    hasty = tmp_path / "haproxy.cfg"
    hasty.write_text(CONFIGURATION.read_text("utf-8").replace("time 60s", "time 300ms"))
    with backend() as server, running_haproxy(tmp_path, addresses([server.address]), hasty) as at:
        host, _, port = at.url.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port)), 60) as client:
            client.sendall(b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf")
            received = b"".join(iter(lambda: client.recv(65536), b""))
    head, _, body = received.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    answer = httpx.Response(int(first.split()[1]), headers=headers, content=body)
    problem_of(answer, 408, "request-timeout")
    assert not server.received


def test_a_photo_too_large_to_be_sent_again_gets_our_problem(tmp_path: Path) -> None:
    with backend(lambda received: None) as one, backend(lambda received: None) as two:
        with before(tmp_path, one, two) as at:
            answer = httpx.post(f"{at.url}/predict", content=bytes(2_000_000), trust_env=False, timeout=60)
            problem_of(answer, 503, "not-answering")
        assert len(one.received + two.received) == 1


def test_a_phone_may_pause_in_a_large_photo_for_longer_than_a_server_may_be_silent(tmp_path: Path) -> None:
    half = bytes(1_000_000)
    head = f"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: {2 * len(half)}\r\n\r\n".encode()
    with backend() as server, before(tmp_path, server, BALANCER_TIMEOUT="200ms") as at:
        host, _, port = at.url.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port)), 60) as phone:
            phone.sendall(head + half)
            time.sleep(1)
            phone.sendall(half)
            assert phone.recv(65536).startswith(b"HTTP/1.1 200 ")
    [received] = server.received
    assert len(received.body) == 2 * len(half)


FORGED = {
    "X_Forwarded_For": "203.0.113.9",
    "X_Forwarded_Host": "evil.example",
    "X_Real_IP": "203.0.113.9",
    "Forwarded": "for=203.0.113.9",
    "X_Forwarded_Proto": "https",
}


def test_the_address_of_a_client_is_its_real_one(tmp_path: Path) -> None:
    with backend() as server, before(tmp_path, server) as at:
        post(at, **FORGED)
    [received] = server.received
    assert received.headers["x-forwarded-for"] == "127.0.0.1"
    assert received.headers["x-forwarded-proto"] == "http"
    assert not {"x-forwarded-host", "x-real-ip", "forwarded"} & received.headers.keys()


def test_the_proxy_before_it_is_believed(tmp_path: Path) -> None:
    with backend() as server, before(tmp_path, server, BALANCER_FRONT="127.0.0.1") as at:
        post(at, **FORGED)
    [received] = server.received
    assert received.headers["x-forwarded-for"] == "203.0.113.9"
    assert received.headers["x-forwarded-proto"] == "https"


def test_servers_are_found_by_name_and_new_ones_join(tmp_path: Path) -> None:
    port, hosts = free_port(), ["127.0.0.2"]
    with (
        backend(lambda received: (200, b"2"), "127.0.0.2", port),
        backend(lambda received: (200, b"3"), "127.0.0.3", port),
        name_server(hosts) as asked,
        running_haproxy(tmp_path, {"BALANCER_DNS": asked, "BALANCER_SERVER_PORT": str(port)}) as at,
    ):
        wait_for(lambda: len(at.up()) == 1, 30, "the first")
        assert post(at).content == b"2"
        hosts.append("127.0.0.3")
        wait_for(lambda: len(at.up()) == 2, 30, "the second")
        assert {post(at).content for _ in range(6)} == {b"2", b"3"}
        hosts.remove("127.0.0.2")
        wait_for(lambda: len(at.up()) == 1, 30, "the first one's leave")
        assert {post(at).content for _ in range(6)} == {b"3"}
