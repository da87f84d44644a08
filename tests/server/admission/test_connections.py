"""Connections are bounded; idle ones are closed for new ones."""

import contextlib
import resource
import subprocess
import sys

import pytest

from paishi.connection.file_limit import raise_file_limit
from tests.server.conftest import ROOT, wait_for
from tests.server.connection.raw_client import Raw, Served, head, serving, upload


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


def test_a_connection_with_a_request_stays() -> None:
    with serving(max_connections=2) as served, contextlib.ExitStack() as stack:
        busy = [stack.enter_context(served.raw()).send(head(50)) for _ in range(2)]
        wait_for(lambda: served.services.body_memory.held == 100, 10, "both headers")
        with served.raw() as newcomer:
            assert newcomer.ends()
        for client in busy:
            assert client.send(b"x" * 50).answer().status == 400
        served.is_well()


def test_many_more_than_there_is_room_for() -> None:
    with serving(max_connections=20) as served, contextlib.ExitStack() as stack:
        for _ in range(100):
            stack.enter_context(served.raw())
        served.is_well()
        assert served.services.connections.open <= 20


@pytest.mark.skipif(sys.platform == "win32", reason="has no such limit")
@pytest.mark.parametrize(
    ("soft", "hard", "fit"),
    [(64, 4096, 1000), (4096, 4096, 1000), (64, 1500, 348), (64, 200, 16)],
)
def test_open_files(soft: int, hard: int, fit: int) -> None:
    """The process's limit is raised as far as possible; otherwise fewer connections are accepted."""
    if resource.getrlimit(resource.RLIMIT_NOFILE)[1] < hard:
        pytest.skip("this machine's own limit is lower")
    code = (
        f"import resource; resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}))\n"
        "from paishi.connection.file_limit import raise_file_limit; print(raise_file_limit(1000))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert int(done.stdout) == fit
    assert ("200 files" in done.stderr or "1500 files" in done.stderr) == (fit < 1000)


@pytest.mark.skipif(sys.platform == "win32", reason="has no such limit")
@pytest.mark.parametrize("error", [PermissionError, ValueError])
@pytest.mark.parametrize(("soft", "hard", "fit"), [(1500, 4096, 348), (64, -1, 16), (4096, 4096, 1000)])
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
    assert raise_file_limit(1000) == fit
    assert (f"{soft} files" in caplog.text) == (fit < 1000)
