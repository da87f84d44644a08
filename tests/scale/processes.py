"""`python -m tests.scale.processes`: one server on two cores, and two servers with a core each.

Prints the CPU time of an answer, and how long answers take at several loads; writes processes.json, which
`tests.scale.simulate` compares its predictions with.
"""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from tests.bench.load import Load, closed_loop, open_loop
from tests.bench.photos import SMALL, make_photo
from tests.bench.processor import processor_seconds
from tests.bench.servers import ROOT
from tests.bench.workers import Worker, ended_at_last
from tests.scale.cluster import MODEL, Server
from tests.scale.haproxy import addresses, running_haproxy
from tests.server.conftest import wait_for
from tests.soak.tally import percentile_ms

SHARES = (0.5, 0.8, 2.0)
"""Loads, as multiples of what the servers can do."""

CLIENTS = 8


@dataclass(frozen=True)
class Point:
    """One load. `share` is None for clients that wait for their answer; else a part of `capacity`, what such
    clients got just before. Times are in ms, `capacity`, `rate` and `answered` per second, `refused` a part
    of all. CPU is that of all servers, and of HAProxy, for one answer."""

    setup: str
    servers: int
    share: float | None
    seconds: float
    capacity: float
    rate: float
    answered: float
    refused: float
    p50_ms: float | None
    p99_ms: float | None
    server_cpu_ms: float
    haproxy_cpu_ms: float


@dataclass(frozen=True)
class Setup:
    """`url` and the processes whose CPU counts; HAProxy's is 0 if there is none."""

    name: str
    url: str
    servers: list[Server]
    haproxy: int

    def load(
        self,
        generator: Worker,
        photo: bytes,
        seconds: float,
        share: float | None = None,
        capacity: float = 0.0,
    ) -> Point:
        rate = (share or 0.0) * capacity
        before = self._cpu_ms()
        if share is None:
            load: Load = generator.call(closed_loop, self.url, photo, CLIENTS, seconds)
        else:
            load = generator.call(open_loop, self.url, photo, rate, seconds, 1)
        assert not load.errors, load.errors
        servers, proxy = (now - was for now, was in zip(self._cpu_ms(), before, strict=True))
        answered = max(1, load.answered)
        return Point(
            self.name,
            len(self.servers),
            share,
            seconds,
            capacity or load.per_second,
            rate,
            load.per_second,
            load.refused / max(1, load.refused + len(load.latencies)),
            percentile_ms(load.latencies, 50),
            percentile_ms(load.latencies, 99),
            servers / answered,
            proxy / answered,
        )

    def _cpu_ms(self) -> tuple[float, float]:
        proxy = processor_seconds(self.haproxy) if self.haproxy else 0.0
        return 1000 * sum(server.processor_seconds() for server in self.servers), 1000 * (proxy or 0.0)


@contextmanager
def running(name: str, folder: Path, cores: list[int | None], behind_haproxy: bool) -> Iterator[Setup]:
    with ExitStack() as stack:
        servers = [Server(folder, _environment(folder), core) for core in cores]
        for server in servers:
            stack.callback(server.kill)
            server.start()
        if not behind_haproxy:
            yield Setup(name, f"{servers[0].url}/predict", servers, 0)
            return
        balancer = stack.enter_context(
            running_haproxy(folder, addresses([server.address for server in servers]))
        )
        wait_for(lambda: len(balancer.up()) == len(servers), 60, "servers")
        yield Setup(name, f"{balancer.url}/predict", servers, balancer.process.pid)


def _environment(folder: Path) -> dict[str, str]:
    return {
        "PYTHONPATH": os.pathsep.join([str(ROOT / "server"), str(ROOT)]),
        "KERAS_HOME": str(folder / "keras"),
        "PAISHI_CACHE": os.environ.get("PAISHI_CACHE") or str(folder / "cache"),
        "PAISHI_HOST": "127.0.0.1",
        "PAISHI_MODEL": MODEL,
        "PAISHI_TAUGHT": str(folder / "taught"),
    }


def processes(
    seconds: Annotated[float, typer.Option(min=1, help="How long each load lasts.")] = 8.0,
    output: Annotated[Path, typer.Option(help="Folder for processes.json.")] = ROOT / "artifacts" / "scale",
) -> None:
    """Measure one and two servers on two cores."""
    photo, points = make_photo(SMALL), []
    with tempfile.TemporaryDirectory(prefix="paishi-processes-") as name, ended_at_last():
        folder, generator = Path(name), Worker()
        for setup, cores, behind, shares in (
            ("one on two cores", [None], False, ()),
            ("one on two cores, HAProxy", [None], True, ()),
            ("one on one core, HAProxy", [0], True, SHARES),
            ("two on a core each, HAProxy", [0, 1], True, SHARES),
        ):
            with running(setup, folder, cores, behind) as ready:  # type: ignore[arg-type]
                ready.load(generator, photo, 2.0)  # what any load needs is there
                points.append(ready.load(generator, photo, seconds))
                for share in shares:
                    # Anew each time: neighbours on the machine come and go.
                    capacity = ready.load(generator, photo, seconds / 2).answered
                    points.append(ready.load(generator, photo, seconds, share, capacity))
    _show(points)
    output.mkdir(parents=True, exist_ok=True)
    file = output / "processes.json"
    file.write_text(json.dumps([asdict(point) for point in points], indent=1) + "\n", "utf-8")


def _show(points: list[Point]) -> None:
    table = Table("setup", "load", "photos/s", "refused", "p50 ms", "p99 ms", "CPU ms", "HAProxy ms")
    for one in points:
        table.add_row(
            one.setup,
            f"{CLIENTS} clients" if one.share is None else f"{one.share:g} of capacity",
            f"{one.answered:.1f}",
            f"{one.refused:.0%}",
            *("–" if value is None else f"{value:.0f}" for value in (one.p50_ms, one.p99_ms)),
            f"{one.server_cpu_ms:.1f}",
            f"{one.haproxy_cpu_ms:.2f}",
        )
    Console(width=120).print(table)


if __name__ == "__main__":
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(processes)
    app(prog_name="python -m tests.scale.processes")
