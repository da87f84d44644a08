"""Whatever happens to the log, requests are served and the server stops at SIGTERM."""

import io
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from paishi.telemetry.async_handler import AsyncHandler
from tests.server.api.conftest import started
from tests.server.conftest import ROOT, answers, free_port, run_server, wait_for

NO_WEIGHTS = {"PAISHI_WEIGHTS": "/nowhere/x.h5"}
MORE_THAN_A_PIPE_HOLDS = 400


def ask_often(client: httpx.Client) -> set[int]:
    return {client.get("/nothing").status_code for _ in range(MORE_THAN_A_PIPE_HOLDS)}


def test_a_pipe_that_is_not_read(tmp_path: Path, pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    with (
        run_server(tmp_path / "output", "/livez", stderr=writing, **NO_WEIGHTS) as server,
        server.client() as client,
    ):
        assert ask_often(client) == {404}
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(20) in (0, -signal.SIGTERM)
    os.set_blocking(reading, False)
    # The pipe was full: later lines are not in it.
    assert 0 < os.read(reading, 1_000_000).count(b'"event": "request"') < MORE_THAN_A_PIPE_HOLDS


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_the_disk_is_full(tmp_path: Path) -> None:
    with (
        open("/dev/full", "wb") as full,
        run_server(tmp_path / "output", "/livez", stderr=full.fileno(), **NO_WEIGHTS) as server,
        server.client() as client,
    ):
        assert ask_often(client) == {404}


def test_there_is_no_standard_error() -> None:
    port = free_port()
    environment = {**os.environ, **NO_WEIGHTS, "PAISHI_HOST": "127.0.0.1", "PAISHI_PORT": str(port)}
    shell = 'exec "$0" -m paishi serve 2>&- >/dev/null'
    with subprocess.Popen(["sh", "-c", shell, sys.executable], cwd=ROOT, env=environment) as process:
        try:
            url = f"http://127.0.0.1:{port}"
            wait_for(lambda: answers(f"{url}/livez") or process.poll() is not None, 60, "the server")
            assert httpx.get(f"{url}/nothing", trust_env=False).status_code == 404
        finally:
            process.terminate()


@pytest.fixture
def logger() -> Iterator[logging.Logger]:
    logger = logging.Logger("test")
    yield logger
    for handler in logger.handlers:
        handler.flush()


def test_lost_lines_are_counted(logger: logging.Logger) -> None:
    """A stand-in for a disk that is full for a while."""
    go_on, said = threading.Event(), io.StringIO()

    def write(text: str) -> None:
        assert go_on.wait(20)
        said.write(text)

    writer = AsyncHandler(write, capacity=3)
    writer.setFormatter(logging.Formatter("%(message)s"))
    logger.addHandler(writer)
    for number in range(10):
        logger.info("line %d", number)
    go_on.set()
    writer.flush()
    lines = said.getvalue().splitlines()
    written = [line for line in lines if line.startswith("line ")]
    assert written == [f"line {number}" for number in range(len(written))]
    assert 3 <= len(written) <= 4  # one may be with the writer
    assert lines.count("lines of this log were lost") == 1


def test_arguments_are_those_of_the_call(logger: logging.Logger) -> None:
    go_on, said = threading.Event(), io.StringIO()
    writer = AsyncHandler(lambda text: (go_on.wait(20), said.write(text))[0] and None)
    logger.addHandler(writer)
    changing = [1]
    logger.warning("%s", changing)
    logger.warning("%d", "no number")
    changing.append(2)
    go_on.set()
    writer.flush()
    assert "[1]" in said.getvalue().splitlines()


def test_a_stopping_server_writes_its_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("paishi.telemetry.async_handler.BATCH_S", 60.0)  # only a flush is quicker
    said: list[str] = []
    writer, requests = AsyncHandler(said.append), logging.getLogger("paishi.request")
    requests.setLevel(logging.INFO)
    logging.getLogger().addHandler(writer)
    try:
        with started() as client:
            client.get("/nothing")
        assert said != []
    finally:
        logging.getLogger().removeHandler(writer)
        requests.setLevel(logging.NOTSET)
