"""Connections are bounded; idle ones are closed for new ones."""

import contextlib
import resource
import subprocess
import sys

import pytest

from paishi.access.keys import hash_of, new_key
from paishi.admission.connections import Connections
from paishi.connection.file_limit import raise_file_limit
from tests.server.admission.test_client_gone import busy
from tests.server.conftest import ROOT, wait_for
from tests.server.connection.raw_client import Raw, Served, head, serving, upload

LIVEZ = b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"


def open_connections(served: Served, count: int, stack: contextlib.ExitStack) -> list[Raw]:
    opened = []
    for _ in range(count):
        opened.append(stack.enter_context(served.raw()))
        wait_for(lambda: served.services.connections.open == len(opened), 10, "the connection")
    return opened


def test_the_longest_idle_is_closed() -> None:
    with serving(max_connections=3) as served, contextlib.ExitStack() as stack:
        first, second, third = open_connections(served, 3, stack)
        first.send(upload())
        assert first.answer().status == 200  # now it waits for less long than the others
        with served.raw() as newcomer:
            assert newcomer.send(upload()).answer().status == 200
            assert second.ends()
            assert third.send(upload()).answer().status == 200
            assert first.send(upload()).answer().status == 200
        assert served.full("PAISHI_MAX_CONNECTIONS") == 1


def announce(served: Served, count: int, stack: contextlib.ExitStack, request: bytes) -> list[Raw]:
    """Connections that have sent `request`, whose body of 50 bytes is missing."""
    crowd = []
    for number in range(1, count + 1):
        crowd.append(stack.enter_context(served.raw()).send(request))
        wait_for(lambda number=number: served.services.body_memory.held == 50 * number, 10, "the header")
    return crowd


def test_then_the_one_whose_body_has_not_moved_for_longest() -> None:
    with serving(max_connections=3) as served, contextlib.ExitStack() as stack:
        first, second, third = announce(served, 3, stack, head(50))
        waiting = served.services.connections._waiting
        order = list(waiting)
        first.send(b"x")
        wait_for(lambda: list(waiting) == [*order[1:], order[0]], 10, "the byte")
        with served.raw() as newcomer:
            assert newcomer.send(upload()).answer().status == 200
            assert second.ends()
        for client, rest in ((first, 49), (third, 50)):
            assert client.send(b"x" * rest).answer().status == 400
        served.is_well()


def test_bodies_that_never_come_keep_nobody_out() -> None:
    with serving(max_connections=20) as served, contextlib.ExitStack() as stack:
        announce(served, 20, stack, head(50))
        for _ in range(5):
            client = stack.enter_context(served.raw())
            assert client.send(LIVEZ).answer().status == 200


def test_what_is_served_stays() -> None:
    def in_hand(served: Served) -> int:
        return served.services.admission.in_hand

    with busy(max_connections=2) as (served, runtime), contextlib.ExitStack() as stack:
        runtime.may_go_on.clear()
        crowd = [stack.enter_context(served.raw()).send(upload()) for _ in range(2)]
        wait_for(lambda: in_hand(served) == 2, 20, "both photos")
        with served.raw() as newcomer:
            assert newcomer.ends()
        runtime.may_go_on.set()
        assert [client.answer().status for client in crowd] == [200, 200]


def test_refused_clients_that_still_send_keep_nobody_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("paishi.connection.protocol.LINGER_S", 30.0)
    with serving(max_connections=2) as served, contextlib.ExitStack() as stack:
        for _ in range(6):
            client = stack.enter_context(served.raw())
            assert client.send(head(None, "/nothing") + b"5\r\n").answer().status == 404


def test_connections_with_a_key_come_last() -> None:
    key = new_key()
    with (
        serving(max_connections=3, auth="key", keys=hash_of(key.encode())) as served,
        contextlib.ExitStack() as stack,
    ):
        request = head(50, "/predict", f"Authorization: Bearer {key}")
        known = announce(served, 2, stack, request)
        strangers = []
        for _ in range(5):
            strangers.append(stack.enter_context(served.raw()).send(head(50)))
            assert strangers[-1].answer().status == 401
        assert all(stranger.ends() for stranger in strangers[:-1])
        assert [client.send(b"x" * 50).answer().status for client in known] == [400, 400]


def test_one_address_has_half_of_them() -> None:
    with serving(max_connections=6, proxies="10.0.0.1") as served, contextlib.ExitStack() as stack:

        def connect(address: str) -> Raw:
            client = stack.enter_context(served.raw(address=address))
            assert client.send(LIVEZ).answer().status == 200
            return client

        others = [connect("127.0.0.3"), connect("127.0.0.3")]
        crowd = [connect("127.0.0.2") for _ in range(20)]
        assert served.services.connections.open == 5
        assert all(client.ends() for client in crowd[:17])
        assert all(client.send(LIVEZ).answer().status == 200 for client in [*others, *crowd[17:]])


@pytest.mark.parametrize("proxies", ["127.0.0.0/24", "127.0.0.2", "*"])
def test_a_proxy_has_all_of_them(proxies: str) -> None:
    with serving(max_connections=6, proxies=proxies) as served, contextlib.ExitStack() as stack:
        for _ in range(6):
            client = stack.enter_context(served.raw(address="127.0.0.2"))
            assert client.send(LIVEZ).answer().status == 200
        assert served.services.connections.open == 6


class Visitor:
    """A connection without a socket: no machine of the tests has addresses of two networks."""

    authenticated = False
    ended = False

    def abort(self) -> None:
        self.ended = True


@pytest.mark.parametrize(
    ("hosts", "ended"),
    [
        (["2001:db8::1", "2001:db8::2", "2001:db8::3:4"], [True, False, False]),
        (["2001:db8:0:1::1", "2001:db8:0:2::1", "2001:db8:0:3::1"], [False, False, False]),
        (["::ffff:192.0.2.1", "192.0.2.1", "192.0.2.1"], [True, False, False]),
        (["", "", ""], [False, False, False]),
    ],
)
def test_what_is_one_address(hosts: list[str], ended: list[bool]) -> None:
    connections = Connections(limit=4)
    visitors = [Visitor() for _ in hosts]
    for visitor, host in zip(visitors, hosts, strict=True):
        connections.add(visitor, host)
    assert [visitor.ended for visitor in visitors] == ended
    for visitor in visitors:
        connections.remove(visitor)
    assert not connections.open
    assert not connections._of_client


def test_many_more_than_there_is_room_for() -> None:
    with serving(max_connections=20) as served, contextlib.ExitStack() as stack:
        for _ in range(100):
            stack.enter_context(served.raw())
        served.is_well()
        assert served.services.connections.open <= 20


@pytest.mark.skipif(sys.platform == "win32", reason="has no such limit")
@pytest.mark.parametrize(
    ("soft", "hard", "fit", "backlog"),
    [
        (64, 4096, 1000, 512),
        (4096, 4096, 1000, 512),
        (64, 1500, 1000, 186),
        (64, 1024, 784, 56),
        (64, 200, 64, 4),
    ],
)
def test_open_files(soft: int, hard: int, fit: int, backlog: int) -> None:
    """The process's limit is raised as far as possible; the backlog shrinks before the connections do."""
    if resource.getrlimit(resource.RLIMIT_NOFILE)[1] < hard:
        pytest.skip("this machine's own limit is lower")
    code = (
        f"import resource; resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}))\n"
        "from paishi.connection.file_limit import raise_file_limit; print(*raise_file_limit(1000))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(fit), str(backlog)]
    assert (f"{hard} files" in done.stderr) == (fit < 1000)


@pytest.mark.skipif(sys.platform == "win32", reason="has no such limit")
@pytest.mark.parametrize("error", [PermissionError, ValueError])
@pytest.mark.parametrize(("soft", "hard", "fit"), [(1024, 4096, 784), (64, -1, 28), (4096, 4096, 1000)])
def test_a_limit_that_may_not_be_raised(
    error: type[Exception],
    soft: int,
    hard: int,
    fit: int,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """By a system call filter, or because macOS rejects numbers above its own maximum."""

    def refuse(*_: object) -> None:
        raise error

    monkeypatch.setattr(resource, "getrlimit", lambda _: (soft, hard))
    monkeypatch.setattr(resource, "setrlimit", refuse)
    assert raise_file_limit(1000).connections == fit
    assert (f"{soft} files" in caplog.text) == (fit < 1000)
