"""Servers to be stopped."""

import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Self

import httpx
import pytest

from tests.server.conftest import RunningServer, run_server, wait_for
from tests.server.lifecycle.moody import photo

StartMoody = Callable[..., AbstractContextManager[RunningServer]]


@pytest.fixture
def moody(tmp_path: Path) -> StartMoody:
    """Starts the real server with `tests.server.lifecycle.moody` as its model."""

    @contextmanager
    def start(**environment: str) -> Iterator[RunningServer]:
        with run_server(
            tmp_path / "output", program=["-m", "tests.server.lifecycle.moody", "serve"], **environment
        ) as running:
            yield running
            if running.process.poll() is None:
                running.process.kill()

    return start


class Asking:
    """One photo sent from a thread; `answer` waits for its response, `begun` for what `moody` prints."""

    def __init__(self, server: RunningServer, grey: int, path: str = "/predict") -> None:
        self._server, self._grey, self._path = server, grey, path
        self._came: list[httpx.Response | httpx.TransportError] = []
        self._thread = threading.Thread(target=self._ask)
        self._thread.start()

    def begun(self, printed: str) -> Self:
        wait_for(lambda: printed in self._server.output.read_text(), 30, printed)
        return self

    def answer(self) -> httpx.Response:
        self._thread.join(60)
        [came] = self._came
        assert isinstance(came, httpx.Response), repr(came)
        return came

    def _ask(self) -> None:
        with self._server.client() as client:
            try:
                self._came.append(client.post(self._path, files={"image": photo(self._grey)}))
            except httpx.TransportError as error:
                self._came.append(error)


def refuses_connections(server: RunningServer) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(server.url.rpartition(":")[2]))) != 0


def assert_no_trace(server: RunningServer) -> None:
    printed = server.output.read_text()
    assert "Traceback" not in printed
    assert "Aborted" not in printed


def exit_code(process: subprocess.Popen[bytes]) -> int:
    return process.wait(60)
