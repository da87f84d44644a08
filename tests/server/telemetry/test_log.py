"""A real server's log: one JSON object per line, with what an operator needs and nothing about the client."""

import os
import re
from pathlib import Path

import httpx
import pytest

from paishi.telemetry.request_log import LONGEST_LINE, client_kind, line_of_text
from tests.server.conftest import run_server, wait_for
from tests.server.pictures import file_of, noise
from tests.server.telemetry.conftest import Watched

WECHAT = (
    "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Mobile Safari/537.36 "
    "MicroMessenger/8.0.50 MiniProgramEnv/android"
)


def test_a_good_photo(watched: Watched, photos: list[Path]) -> None:
    photo = photos[0].read_bytes()
    headers = {"X-Request-ID": "good-1", "User-Agent": WECHAT}
    answer = watched.client.post("/predict?top=3", files={"image": photo}, headers=headers)
    line = watched.line("good-1")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["timestamp"])
    assert {key: line[key] for key in ("level", "event", "method", "route", "status", "client")} == {
        "level": "info",
        "event": "request",
        "method": "POST",
        "route": "/predict",
        "status": 200,
        "client": "mini-program",
    }
    assert len(photo) < line["bytes_in"] < len(photo) + 1000
    assert line["bytes_out"] == len(answer.content)
    assert 0 < line["decode_s"] + line["queue_s"] + line["inference_s"] < line["duration_s"]
    assert "problem" not in line


def test_a_bad_photo(watched: Watched) -> None:
    headers = {"X-Request-ID": "bad-1"}
    watched.client.post("/predict", files={"image": file_of(noise())[:500]}, headers=headers)
    line = watched.line("bad-1")
    assert (line["status"], line["problem"], line["level"]) == (422, "image-unreadable", "info")
    assert "inference_s" not in line


def test_a_malformed_id_is_not_taken_over(watched: Watched) -> None:
    answer = watched.client.get("/nothing", headers={"X-Request-ID": 'evil"} {"level": "x'})
    assert "evil" not in watched.log()
    assert watched.line(answer.headers["x-request-id"])["status"] == 404


def test_only_failed_health_checks_are_logged(watched: Watched) -> None:
    for path in ("/livez", "/readyz", "/metrics"):
        assert watched.client.get(path, headers={"X-Request-ID": f"quiet{path[1:]}"}).status_code == 200
    refused = {"X-Request-ID": "loud", "X-Forwarded-For": "203.0.113.9"}
    assert watched.client.get("/metrics", headers=refused).status_code == 404
    assert watched.line("loud")["route"] == "/metrics"
    assert "quiet" not in watched.log()


def test_it_contains_nothing_that_identifies_a_person(watched: Watched) -> None:
    secrets = {
        "file name": "wo-de-zhaopian-geheim.jpg",
        "query": "geheimes-wort",
        "field": "anderes-wort",
        "token": "geheimer-schein",
        "cookie": "geheimer-keks",
        "agent": "geheimer-agent",
        "referer": "wxgeheim",
        "path": "geheimer-weg",
        "address": "203.0.113.77",
    }
    headers = {
        "Authorization": f"Bearer {secrets['token']}",
        "Cookie": f"session={secrets['cookie']}",
        "User-Agent": secrets["agent"],
        "Referer": f"https://servicewechat.com/{secrets['referer']}/0/page-frame.html",
        "X-Forwarded-For": secrets["address"],
        "X-Request-ID": "private-1",
    }
    files = {"image": (secrets["file name"], file_of(noise()), "image/jpeg")}
    watched.client.post(
        f"/explain?label={secrets['query']}", files=files, data={"label": secrets["field"]}, headers=headers
    )
    answer = watched.client.get(f"/image/{secrets['path']}", headers=headers | {"X-Request-ID": "private-2"})
    assert secrets["path"] not in answer.text
    assert watched.line("private-1")["problem"] == "request-invalid"
    assert watched.line("private-2")["client"] == "other"
    log = watched.log() + watched.server.output.read_text("utf-8")
    assert [name for name, secret in secrets.items() if secret in log] == []
    assert "127.0.0.1" not in watched.log()


def test_every_line_is_one_object(watched: Watched) -> None:
    watched.client.get("/nothing", headers={"X-Request-ID": "last"})
    watched.line("last")
    for line in watched.lines():
        assert {"timestamp", "level", "event", "logger"} <= line.keys()
    assert [line["model"] for line in watched.lines() if line["event"] == "ready"] == ["MobileNetV2"]


@pytest.mark.parametrize(("level", "logged"), [("warning", {"b"}), ("error", set())])
def test_level(tmp_path: Path, level: str, logged: set[str]) -> None:
    environment = {"PAISHI_WEIGHTS": "/nowhere/x.h5", "PAISHI_LOG_LEVEL": level}
    output = tmp_path / "output"
    with run_server(output, until="/livez", **environment) as server, server.client() as client:
        wait_for(lambda: client.get("/readyz").json()["code"] == "model-unavailable", 60, "the failure")
        client.get("/nothing", headers={"X-Request-ID": "a"})
        client.post("/predict", files={"image": file_of(noise())}, headers={"X-Request-ID": "b"})
    # The server has stopped, so its log is complete.
    text = output.read_text("utf-8")
    assert {name for name in ("a", "b") if f'"request_id": "{name}"' in text} == logged


def test_a_server_that_is_not_ready_is_logged_once_and_not_at_each_poll(tmp_path: Path) -> None:
    output = tmp_path / "output"
    environment = {"PAISHI_WEIGHTS": "/nowhere/x.h5", "PAISHI_LOG": "json"}
    with run_server(output, until="/livez", **environment) as server, server.client() as client:
        wait_for(lambda: client.get("/readyz").json()["code"] == "model-unavailable", 60, "the failure")
        for _ in range(5):
            assert client.get("/readyz", headers={"X-Request-ID": "poll"}).status_code == 503
    text = output.read_text("utf-8")
    assert "poll" not in text
    assert text.count('"event": "unavailable"') == 1


ROUTES = ["/predict", "/image/{picture_id}", "/corrections", "-"]


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("code", [None, "not-found", "image-takes-too-long"])
@pytest.mark.parametrize("request_id", ["f" * 32, "short", "x" * 64])
def test_a_line_of_text_fits_a_terminal(route: str, code: str | None, request_id: str) -> None:
    event = {
        "timestamp": "2026-11-30T07:12:03.123Z",
        "method": "OPTIONS",
        "status": 200,
        "route": route,
        "problem": code,
        "bytes_in": 19_999_999,
        "bytes_out": 3,
        "duration_s": 123.4567,
        "request_id": request_id,
    }
    line = line_of_text(event)
    assert len(line) <= LONGEST_LINE
    assert line.startswith(f"07:12:03Z OPTIONS {route} 200 123457 ms 20.0 MB in ")
    assert line.split()[-1] == request_id[: len(line.split()[-1])]
    if len(request_id) <= 32:
        assert line.endswith(f" {request_id}")


def test_a_line_without_a_response() -> None:
    event = {
        "timestamp": "2026-11-30T07:12:03.123Z",
        "method": "GET",
        "disconnected": True,
        "bytes_in": 0,
        "bytes_out": 0,
        "duration_s": 0.0004,
        "request_id": "a",
    }
    assert line_of_text(event) == "07:12:03Z GET - - 0 ms 0 B out disconnected a"


def test_off(tmp_path: Path) -> None:
    environment = {"PAISHI_WEIGHTS": "/nowhere/x.h5", "PAISHI_LOG": "off"}
    log = tmp_path / "log"
    with (
        log.open("wb") as stderr,
        run_server(tmp_path / "output", "/livez", stderr.fileno(), **environment) as server,
        server.client() as client,
    ):
        assert client.get("/readyz").status_code == 503
    assert log.read_bytes() == b""


def test_text(tmp_path: Path) -> None:
    environment = {"PAISHI_WEIGHTS": "/nowhere/x.h5", "PAISHI_LOG": "text"}
    output = tmp_path / "output"
    with run_server(output, until="/livez", **environment) as server, server.client() as client:
        client.get("/nothing", headers={"X-Request-ID": "readable"})
        wait_for(lambda: "readable" in output.read_text("utf-8"), 10, "the line")
    [line] = [line for line in output.read_text("utf-8").splitlines() if "readable" in line]
    assert line.isprintable()  # and so has no colours
    assert re.fullmatch(r"\d\d:\d\d:\d\dZ GET - 404 \d+ ms \d+ B out not-found readable", line)


@pytest.mark.parametrize(
    ("agent", "kind"),
    [
        (WECHAT, "mini-program"),
        (WECHAT.replace("MiniProgramEnv/android", "wechatdevtools/1.06"), "devtools"),
        (WECHAT.replace("MiniProgramEnv/android", ""), "wechat"),
        ("Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0", "browser"),
        ("curl/8.0", "script"),
        (f"python-httpx/{httpx.__version__}", "script"),
        ("x", "other"),
        ("", "none"),
    ],
)
def test_client_kind(agent: str, kind: str) -> None:
    assert client_kind([(b"user-agent", agent.encode())]) == kind
    assert client_kind([]) == "none"


@pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")
def test_on_a_terminal_it_is_coloured_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    terminal, stderr = os.openpty()
    try:
        with (
            run_server(tmp_path / "output", "/livez", stderr, PAISHI_WEIGHTS="/nowhere/x.h5") as server,
            server.client() as client,
        ):
            client.get("/nothing", headers={"X-Request-ID": "readable"})
        os.set_blocking(terminal, False)
        text = os.read(terminal, 100_000).decode()
    finally:
        os.close(terminal)
        os.close(stderr)
    [line] = [line for line in text.splitlines() if "readable" in line]
    assert "\x1b[" in line  # has colours
    plain = re.sub(r"\x1b\[[\d;]*m", "", line)
    assert {"404", "not-found"} <= set(plain.split())
    assert plain.endswith(" readable")
