"""An unexpected exception is logged once, with the request that it belongs to."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.server.conftest import run_server
from tests.server.pictures import file_of, noise
from tests.server.telemetry.scraping import series_of

PROGRAM = ("-m", "tests.server.telemetry.broken_server")


@pytest.fixture(scope="module", params=["json", "text"])
def log(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, str]]:
    environment = {"PAISHI_WEIGHTS": "/nowhere/x.h5", "PAISHI_LOG": request.param}
    folder = tmp_path_factory.mktemp("broken")
    file = folder / "log"
    with (
        file.open("wb") as stderr,
        run_server(folder / "output", "/livez", stderr.fileno(), PROGRAM, **environment) as server,
        server.client() as client,
    ):
        headers = {"X-Request-ID": "broken-1"}
        answer = client.post("/image", files={"image": file_of(noise())}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (500, "internal")
        # A new client: the connection of the exception is closed.
        with server.client() as other:
            assert series_of(other).value("paishi_refused_total", reason="internal") == 1
    return request.param, file.read_text("utf-8")


def test_the_trace_comes_once(log: tuple[str, str]) -> None:
    form, text = log
    assert text.count("RuntimeError") >= 1
    assert "local-variables" not in text
    if form == "text":
        assert text.count("Traceback (most recent call last)") == 2  # the request's and the thread's
        return
    lines: list[dict[str, Any]] = [json.loads(line) for line in text.splitlines()]
    [failure] = [line for line in lines if "RuntimeError" in json.dumps(line.get("exception", ""))]
    assert (failure["request_id"], failure["level"]) == ("broken-1", "error")
    assert failure["exception"][0]["exc_value"] == "unforeseen 26"
    assert any(frame["name"] == "broken" for frame in failure["exception"][0]["frames"])
    assert not any("locals" in frame for frame in failure["exception"][0]["frames"])
    [request] = [line for line in lines if line["event"] == "request"]
    assert (request["status"], request["problem"], request["level"]) == (500, "internal", "error")


def test_warnings_and_failed_threads_are_logged_in_the_same_form(log: tuple[str, str]) -> None:
    form, text = log
    assert "a library complains" in text
    assert "some-thread failed" in text
    if form == "json":
        assert all(json.loads(line)["level"] for line in text.splitlines())
