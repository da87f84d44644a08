"""The cheapest part of `python -m tests.scale`, and that it sees what it is there to see."""

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from PIL import Image
from rich.console import Console

from tests.bench.exchange import Reply
from tests.scale import __main__ as program
from tests.scale.cluster import Cluster, running_cluster
from tests.scale.load import Named, Sent, judge
from tests.scale.report import draw, print_table
from tests.scale.scenarios import SCENARIOS, Result, Traffic, as_json, photos_to_send
from tests.server.access.sending import problem_of
from tests.server.conftest import need_program

REQUEST = b"POST / HTTP/1.1\r\nX-Request-ID: ours\r\n\r\n"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    need_program("haproxy")
    need_program("redis-server")
    with running_cluster(tmp_path_factory.mktemp("cluster"), 2) as running:
        yield running


@pytest.fixture(scope="module")
def traffic(cluster: Cluster) -> Traffic:
    return Traffic(cluster, photos_to_send()[:6])


@pytest.mark.parametrize("name", ["shared", "kill"])
def test_nothing_is_lost_and_nothing_is_wrong(traffic: Traffic, name: str) -> None:
    result = SCENARIOS[name](traffic)
    assert result.faults == []
    assert (result.lost, result.wrong) == (0, 0)
    assert bool(result.sent) == (name == "kill")


@pytest.mark.parametrize("megabytes", [21, 60])
def test_a_body_that_is_too_large_gets_the_servers_own_response(traffic: Traffic, megabytes: int) -> None:
    with traffic.client("the one with the large camera") as client:
        answer = client.post("/image", content=bytes(megabytes * 1_000_000))
    problem_of(answer, 413, "image-too-large")


def reply(status: int, retry_after: float = 0.0, **body: object) -> Reply:
    return Reply(status, json.dumps({"request_id": "ours", **body}).encode(), True, retry_after)


RIGHT = {"predictions": [{"label": "beagle", "probability": 0.9}], "model": {"name": "M"}}


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (reply(200, **RIGHT), "answered"),
        (reply(503, 2, code="overloaded"), "refused"),
        (reply(503, 2, code="not-answering"), "no server"),
        (reply(503, 0, code="overloaded"), "503 overloaded"),
        (reply(200, **{**RIGHT, "request_id": "another's"}), "an answer to another request"),
        (reply(502), "502 None"),
        (Reply(502, b"<html>", True), "502 that is no JSON"),
        ("ConnectionResetError", "lost: ConnectionResetError"),
    ],
)
def test_outcomes_are_told_apart(answer: Reply | str, outcome: str) -> None:
    assert judge(answer, REQUEST)[0] == outcome


@pytest.mark.parametrize(
    ("outcome", "label", "faults"),
    [
        ("answered", "beagle", 0),
        ("answered", "daisy", 1),
        ("refused", None, 1),
        ("no server", None, 1),
        ("lost: ConnectionResetError", None, 1),
    ],
)
def test_what_must_not_be_is_a_fault(outcome: str, label: str | None, faults: int) -> None:
    traffic = Traffic.__new__(Traffic)
    traffic.names = {(0, "M"): Named("M", "beagle", 0.9)}
    result = Result("test", [Sent(0, 1.0, 0.1, outcome, Named("M", label, 0.9) if label else None)])
    traffic.judge(result)
    assert len(result.faults) == faults


def test_an_unknown_scenario_is_refused(tmp_path: Path) -> None:
    with pytest.raises(typer.BadParameter, match=r"does not know kil, only .*kill"):
        program.scale(2, "kil", tmp_path)


def test_the_report_has_every_photo(tmp_path: Path) -> None:
    sent = [Sent(0, 10.0 + at, 0.1, outcome) for at, outcome in enumerate(("answered", "refused", "lost: x"))]
    result = Result("test", sent, ["a fault"], [(1.5, "kill -9")], {"server_ms": 12.3})
    printed = io.StringIO()
    print_table([result, Result("nothing sent")], 2, Console(file=printed, width=110))
    [row] = [line for line in printed.getvalue().splitlines() if line.startswith("│ test")]
    assert row.replace("│", "").split() == ["test", "3", "1", "1", "0", "1", "0", "100", "100", "100"]
    assert "server_ms 12.30" in printed.getvalue()
    draw([result, Result("nothing sent")], tmp_path / "scale.png")
    with Image.open(tmp_path / "scale.png") as picture:
        assert picture.width > 1000
    body = as_json(result)
    assert (body["sent"], body["faults"]) == (3, ["a fault"])
    assert body["answers"] == [[0.0, 0.1, "answered"], [1.0, 0.1, "refused"], [2.0, 0.1, "lost: x"]]
