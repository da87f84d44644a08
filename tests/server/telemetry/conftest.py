"""A server for these tests alone, because they count its requests; its log is in a file."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.server.conftest import RunningServer, run_server, wait_for
from tests.server.telemetry.scraping import Series, series_of


@dataclass
class Watched:
    server: RunningServer
    client: httpx.Client
    file: Path

    def series(self) -> Series:
        return series_of(self.client)

    def log(self) -> str:
        return self.file.read_text("utf-8")

    def line(self, request_id: str) -> dict[str, Any]:
        """The one line of that request, which is written after its response."""
        wait_for(lambda: bool(self._lines(request_id)), 10, f"the line of {request_id}")
        [line] = self._lines(request_id)
        return line

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log().splitlines()]

    def _lines(self, request_id: str) -> list[dict[str, Any]]:
        return [line for line in self.lines() if line.get("request_id") == request_id]


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory, keras_home: Path) -> Iterator[Watched]:
    """MobileNetV2 with its real weights."""
    folder = tmp_path_factory.mktemp("watched")
    log = folder / "log"
    with (
        log.open("wb") as stderr,
        run_server(
            folder / "output", stderr=stderr.fileno(), KERAS_HOME=str(keras_home), PAISHI_MODEL="MobileNetV2"
        ) as server,
        server.client() as client,
    ):
        yield Watched(server, client, log)


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """The read end of a pipe, which is not read, and its write end."""
    reading, writing = os.pipe()
    yield reading, writing
    os.close(reading)
    os.close(writing)
