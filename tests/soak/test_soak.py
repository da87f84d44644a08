"""The soak sees what it is there to see: each fault is made once, by a server that has it."""

import asyncio
import json
import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest
import typer
from rich.console import Console
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from tests.bench.servers import ROOT, Served
from tests.server.conftest import need_shared, wait_for
from tests.server.connection.raw_client import serving
from tests.server.in_process import running
from tests.soak import __main__ as soak
from tests.soak.clients import (
    Known,
    announcing,
    bad,
    echo,
    good,
    long_header,
    slow,
    tiny_chunks,
    unread,
    vanishing,
)
from tests.soak.requests import Bad
from tests.soak.spells import capacity, learn_answers
from tests.soak.tally import Spell, percentile_ms
from tests.soak.watch import Watch, has_grown

PHOTO = b"photo" * 200
KNOWN = Known(PHOTO, "beagle", 0.9)
Answer = Callable[[str], tuple[int, dict[str, object], str] | None]
"""From a request's id to status, body and further header lines; None closes the connection."""


@contextmanager
def answering(answer: Answer) -> Iterator[str]:
    """A server that reads a request and says what `answer` says."""
    loop = asyncio.new_event_loop()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            await reader.readexactly(int(head.split("Content-Length: ")[1].split("\r\n")[0]))
            said = answer(head.split("X-Request-ID: ")[1].split("\r\n")[0])
            if said:
                status, body, more = said
                data = json.dumps(body).encode()
                line = f"HTTP/1.1 {status} x\r\nContent-Length: {len(data)}\r\n{more}\r\n"
                writer.write(line.encode() + data)
                await writer.drain()
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            writer.close()

    server = loop.run_until_complete(asyncio.start_server(serve, "127.0.0.1", 0))
    thread = Thread(target=loop.run_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        server.close()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()


def answered(request_id: str, label: str = "beagle", probability: float = 0.9) -> dict[str, object]:
    return {"predictions": [{"label": label, "probability": probability}], "request_id": request_id}


def visited(answer: Answer, visit: Callable[[str, Spell], Awaitable[None]]) -> Spell:
    spell = Spell("test")

    async def go(url: str) -> None:
        await asyncio.wait_for(visit(url, spell), 30)

    with answering(answer) as url:
        asyncio.run(go(url))
    return spell


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (lambda ours: (200, answered(ours, label="daisy"), ""), "good: somebody else's answer"),
        (lambda ours: (200, answered(ours, probability=0.7), ""), "good: somebody else's answer"),
        (lambda ours: (200, answered("another"), ""), "good: an answer to another request"),
        (lambda ours: (500, {}, ""), "good: 500"),
        (lambda ours: (422, {}, ""), "good: 422"),
        (lambda ours: (503, {}, ""), "good: 503"),
        (lambda ours: None, "good: lost: ConnectionResetError"),
    ],
)
def test_what_must_not_be_is_seen(answer: Answer, fault: str) -> None:
    spell = visited(answer, lambda url, spell: good(url, KNOWN, spell))
    assert dict(spell.wrong) == {fault: 1}
    assert not spell.answers


def test_an_answer_and_a_refusal_are_told_apart() -> None:
    spell = visited(lambda ours: (200, answered(ours), ""), lambda url, spell: good(url, KNOWN, spell))
    assert (len(spell.answers), len(spell.refusals), dict(spell.wrong)) == (1, 0, {})
    spell = visited(lambda ours: (503, {}, "Retry-After: 2\r\n"), lambda url, spell: good(url, KNOWN, spell))
    assert (len(spell.answers), len(spell.refusals), dict(spell.wrong)) == (0, 1, {})


@pytest.mark.parametrize(("status", "wrong"), [(415, 0), (200, 1), (500, 1)])
def test_what_is_bad_must_be_refused(status: int, wrong: int) -> None:
    spell = visited(
        lambda ours: (status, {}, ""), lambda url, spell: bad(url, Bad("text", b"hello", (415,)), spell)
    )
    assert spell.wrong.total() == wrong


def test_slow_and_vanishing_clients_do_not_wait() -> None:
    spell = visited(lambda ours: None, lambda url, spell: slow(url, PHOTO, 0.1, spell))
    assert spell.sent["slow"] == 1
    spell = visited(lambda ours: None, lambda url, spell: vanishing(url, PHOTO, spell))
    assert spell.sent["vanishing"] == 1


def hostile_visits(url: str, spell: Spell) -> list[Awaitable[None]]:
    return [
        tiny_chunks(url, spell),
        *(long_header(url, spell) for _ in range(15)),  # by chance one or the other
        announcing(url, 0.1, spell),
        unread(url, 0.1, spell),
    ]


def test_hostile_clients_are_refused_or_leave() -> None:
    spell = Spell("test")

    async def go(url: str) -> None:
        await asyncio.gather(*hostile_visits(url, spell))

    with serving() as served:
        asyncio.run(go(f"http://127.0.0.1:{served.port}"))
        served.is_well()
    assert dict(spell.wrong) == {}
    assert spell.outcomes["unread", "read no answer"] == spell.outcomes["announcing", "sent no body"] == 1


@pytest.mark.parametrize("visit", [tiny_chunks, long_header])
def test_a_server_that_takes_what_is_hostile_is_seen(visit: Callable[[str, Spell], Awaitable[None]]) -> None:
    async def take(scope: Scope, receive: Receive, send: Send) -> None:
        await Response("taken")(scope, receive, send)

    spell = Spell("test")

    async def go(url: str) -> None:
        await visit(url, spell)

    with running(take, lifespan="off", h11_max_incomplete_event_size=10**6) as port:
        asyncio.run(go(f"http://127.0.0.1:{port}"))
    assert spell.wrong.total() == 1


def test_growth_is_seen_and_its_noise_is_not() -> None:
    watch = Watch()
    watch.marks = [(0, "before"), (100, "crowd"), (200, "after")]
    watch.samples = [(at, 300.0 + (at % 7)) for at in range(300)]
    assert not has_grown(watch.during("before") or 0, watch.during("after") or 0)
    watch.samples = [(at, 300.0 + 0.3 * at) for at in range(300)]
    assert has_grown(watch.during("before") or 0, watch.during("after") or 0)
    assert watch.during("never") is None


@pytest.mark.parametrize("status", [200, 503])
def test_livez_is_watched(status: int) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await Response(status_code=status if scope["path"] == "/livez" else 404)(scope, receive, send)

    watch = Watch()
    watch.mark("spell")
    with running(app, lifespan="off") as port, watch.over(os.getpid(), f"http://127.0.0.1:{port}"):
        wait_for(lambda: bool(watch.livez and watch.samples), 30, "the first look")
    [took, *_] = watch.livez_during("spell")
    assert math.isfinite(took) == (status == 200)
    assert not watch.livez_during("never")


def test_percentiles() -> None:
    assert percentile_ms([], 50) is None
    hundred = [number / 1000 for number in range(1, 101)]
    assert [percentile_ms(hundred, percent) for percent in (50, 99, 100)] == pytest.approx([50, 99, 100])


def test_a_refused_echo_took_its_time() -> None:
    def refuse(ours: str) -> tuple[int, dict[str, object], str]:
        time.sleep(0.05)
        return 503, {}, "Retry-After: 2\r\n"

    [took] = visited(refuse, echo).refusals
    assert took >= 0.05


def test_what_capacity_finds_wrong_is_not_lost() -> None:
    with answering(lambda ours: (500, {}, "")) as url:
        spell = capacity(url, [KNOWN], 0.01)
    assert set(spell.wrong) == {"good: 500"}
    assert not spell.answers


SPELLS = ["capacity", "warm-up", "before", "within the crowd", "crowd", "after"]


@pytest.mark.parametrize("faulty", [*SPELLS, "/livez", ""])
def test_a_fault_in_any_spell_fails_the_soak(
    faulty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Generator:
        def call(self, function: Callable[..., object], *given: object) -> object:
            if function is learn_answers:
                return [KNOWN]
            spell = Spell("capacity" if function is capacity else str(given[0]), 1.0)
            if spell.name == faulty:
                spell.fault("good", "500")
            return spell

    monkeypatch.setattr(soak, "Worker", Generator)
    monkeypatch.setattr(soak, "REST_S", 0.0)
    with (tmp_path / "printed").open("w") as file:
        console = Console(file=file)
        soaked = soak._soak(Served("ours", os.getpid(), "http://127.0.0.1:1/predict", 0.1), 1.0, 10, console)
        soaked.watch.marks = [(0, "before"), (1, "after")]
        soaked.watch.samples = [(at / 10, 300.0) for at in range(30)]
        soaked.watch.livez = [(0.5, 0.001), (1.0, math.inf if faulty == "/livez" else 0.002)]
        if faulty:
            with pytest.raises(typer.Exit):
                soak._conclude(soaked, tmp_path, console)
        else:
            soak._conclude(soaked, tmp_path, console)
    table, _, said = (tmp_path / "printed").read_text().partition("Requests")[2].partition("soak.json")
    assert ("/livez without an answer: 1" in said) == (faulty == "/livez")
    assert (f"{faulty}, good: 500: 1" in said) == (faulty in SPELLS)
    assert "warm-up" not in table


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGHUP])
def test_any_end_ends_what_was_started(end: signal.Signals, tmp_path: Path) -> None:
    code = (
        "import time; from tests.bench.workers import Worker, ended_at_last\n"
        "with ended_at_last():\n print(Worker().call(os.getpid), flush=True); time.sleep(600)"
    )
    path = os.pathsep.join([str(ROOT / "server"), str(ROOT)])
    with subprocess.Popen(
        [sys.executable, "-c", f"import os; {code}"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
    ) as process:
        try:
            assert process.stdout
            worker = int(process.stdout.readline())
            process.send_signal(end)
            assert process.wait(60) == 128 + end
        finally:
            process.kill()
    wait_for(lambda: not Path(f"/proc/{worker}").exists(), 30, "the worker's end")


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs Linux's list of children")
@pytest.mark.slow
def test_a_soak_that_is_ended_ends_its_server(tmp_path: Path) -> None:
    """In the middle of a spell, while one thread waits for the generator and another for the clock."""
    command = ["-m", "tests.soak", "--minutes", "5", "--model", "MobileNetV2", "--output", str(tmp_path)]
    path = os.pathsep.join([str(ROOT / "server"), str(ROOT)])
    environment = {**os.environ, "KERAS_HOME": str(need_shared("keras")), "PYTHONPATH": path}
    with (
        (tmp_path / "printed").open("wb") as printed,
        subprocess.Popen([sys.executable, *command], cwd=ROOT, env=environment, stdout=printed) as process,
    ):
        try:
            wait_for(lambda: b"warm-up: " in (tmp_path / "printed").read_bytes(), 180, "the first spell")
            started = children(process.pid)
            assert any("paishi serve" in command for command in started.values())
            process.terminate()
            assert process.wait(60) == 128 + signal.SIGTERM
        finally:
            process.kill()
    wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in started), 30, f"the end of {started}")


def children(pid: int) -> dict[int, str]:
    """The commands of its child processes, by process id."""
    pids = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return {int(each): Path(f"/proc/{each}/cmdline").read_text().replace("\0", " ") for each in pids}
