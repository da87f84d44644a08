"""`python -m tests.scale.simulate`: what up to 64 servers do, which no machine of ours can run.

Servers, HAProxy and an autoscaler as processes of SimPy; whether a photo is refused is decided by the
server's own `Admission`, on the simulation's clock. If `tests.scale.processes` has measured one and two
servers, what is predicted for them stands beside what they did.
"""

import json
import math
import random
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any

import simpy
import typer
from rich.console import Console
from rich.table import Table

from paishi.admission.admission import Admission
from paishi.cli.plan import cost_of
from paishi.models.catalogue import find_backbone
from paishi.problems.kinds import Overloaded
from paishi.settings import Settings
from tests.bench.servers import ROOT
from tests.soak.tally import percentile_ms

Process = Generator[Any, Any, None]

SPREAD = 0.25
"""Standard deviation of a photo's CPU time, as a part of it: photos differ, and so do neighbours."""

NOTICE_S = 1.0
"""Until HAProxy has seen that a server comes or leaves: two checks."""

_PHOTOS = 40_000
"""Of one standing load, if that is long enough for queues to settle."""

_LOADS = 40

HPA_EVERY_S = 15.0
HPA_TOLERANCE = 0.1
HPA_CALM_S = 300.0
"""Source: Kubernetes, Horizontal Pod Autoscaling: sync period, tolerance, stabilisation of a scale-down."""


@dataclass(frozen=True)
class Conditions:
    """`cpu_s` is the CPU time of a photo, `hop_s` what passes around it on other cores: client, HAProxy,
    network. `start_s` is until a new server is ready."""

    cpu_s: float
    cores: int = 4
    hop_s: float = 0.002
    start_s: float = 5.0
    max_wait_s: float = Settings.model_fields["max_wait_s"].default
    max_in_hand: int = Settings.model_fields["max_in_hand"].default

    @property
    def capacity(self) -> float:
        """Photos a second of one server."""
        return self.cores / self.cpu_s


class Server:
    """Photos wait in their order for one of the cores."""

    def __init__(self, env: simpy.Environment, conditions: Conditions, chance: random.Random) -> None:
        self._env = env
        self._conditions = conditions
        self._chance = chance
        self._cores = simpy.Resource(env, conditions.cores)
        self.busy_s = 0.0
        self.admission = Admission(
            conditions.max_in_hand, conditions.max_wait_s, conditions.cores, lambda: float(env.now)
        )

    @property
    def in_hand(self) -> int:
        return self.admission.in_hand

    def photo(self) -> Process:
        """Raises Overloaded if it is refused."""
        with self.admission.admit(), self._cores.request() as core:
            yield core
            took = max(0.2, self._chance.gauss(1, SPREAD)) * self._conditions.cpu_s
            yield self._env.timeout(took)
            self.busy_s += took


@dataclass
class Tally:
    """`latencies` in s of the answers; `refused` by a server, `nowhere` while there was none."""

    latencies: list[float] = field(default_factory=list)
    refused: int = 0
    nowhere: int = 0
    core_s: float = 0.0
    """Seconds of cores that were paid for."""

    most_servers: int = 0

    @property
    def sent(self) -> int:
        return len(self.latencies) + self.refused + self.nowhere

    def lost_share(self) -> float:
        """Part of the photos without an answer."""
        return (self.refused + self.nowhere) / max(1, self.sent)


class Fleet:
    """Servers behind HAProxy's `leastconn`. `known` get photos; those that leave finish what they have.
    Photos that came before `since_s` are not counted: queues were still filling."""

    def __init__(self, conditions: Conditions, servers: int, since_s: float = 0.0, seed: int = 0) -> None:
        self.since_s = since_s
        self.env = simpy.Environment()
        self.conditions = conditions
        self.chance = random.Random(seed)
        self.tally = Tally()
        self.known: list[Server] = []
        self.leaving: list[Server] = []
        self.paid: list[Server] = []
        self.starting = 0
        for _ in range(servers):
            self._join(Server(self.env, conditions, self.chance))
        self.tally.most_servers = servers

    def run(self, rate: Callable[[float], float], most: float, seconds: float) -> Tally:
        """Poisson arrivals at `rate` of the time in s, at most `most` a second, for `seconds`; all are
        answered."""
        self.env.process(self._arrivals(rate, most, seconds))
        self.env.process(self._pay(seconds))
        self.env.run(seconds + 60)
        return self.tally

    def start_one(self) -> None:
        self.starting += 1
        self.env.process(self._start())

    @property
    def staying(self) -> list[Server]:
        """The oldest first."""
        return [server for server in self.known if server not in self.leaving]

    def stop(self, server: Server) -> None:
        """It is drained: HAProxy notices, and it finishes its photos; it is paid for until then."""
        self.leaving.append(server)
        self.env.process(self._drain(server))

    def _join(self, server: Server) -> None:
        self.known.append(server)
        self.paid.append(server)

    def _start(self) -> Process:
        server = Server(self.env, self.conditions, self.chance)
        self.paid.append(server)
        self.tally.most_servers = max(self.tally.most_servers, len(self.paid))
        yield self.env.timeout(self.conditions.start_s + NOTICE_S)
        self.starting -= 1
        self.known.append(server)

    def _drain(self, server: Server) -> Process:
        yield self.env.timeout(NOTICE_S)  # until then it takes what it is sent
        self.known.remove(server)
        while server.in_hand:
            yield self.env.timeout(0.1)
        self.paid.remove(server)

    def _arrivals(self, rate: Callable[[float], float], most: float, seconds: float) -> Process:
        while self.env.now < seconds:
            yield self.env.timeout(self.chance.expovariate(most))
            if self.chance.random() * most < rate(self.env.now):
                self.env.process(self._photo())

    def _photo(self) -> Process:
        began = self.env.now
        counts = began >= self.since_s
        if not self.known:
            self.tally.nowhere += counts
            return
        fewest = min(server.in_hand for server in self.known)
        server = self.chance.choice([one for one in self.known if one.in_hand == fewest])
        try:
            yield from server.photo()
        except Overloaded:
            self.tally.refused += counts
            return
        if counts:
            self.tally.latencies.append(self.env.now - began + self.conditions.hop_s)

    def _pay(self, seconds: float) -> Process:
        while self.env.now < seconds:
            yield self.env.timeout(1)
            self.tally.core_s += len(self.paid) * self.conditions.cores


def autoscale(fleet: Fleet, target: float, least: int, most: int, seconds: float) -> Process:
    """Kubernetes' HPA on CPU: as many servers as bring their use to `target`, fewer only when the last five
    minutes wanted fewer."""
    wanted: list[tuple[float, int]] = []
    before: dict[Server, float] = {}
    while fleet.env.now < seconds:
        yield fleet.env.timeout(HPA_EVERY_S)
        now = len(fleet.staying) + fleet.starting
        spent = sum(server.busy_s - before.get(server, 0.0) for server in fleet.known)
        before = {server: server.busy_s for server in fleet.known}
        use = spent / (HPA_EVERY_S * fleet.conditions.cores * max(1, len(fleet.known)))
        desired = (
            now if abs(use / target - 1) <= HPA_TOLERANCE else math.ceil(len(fleet.known) * use / target)
        )
        desired = min(most, max(least, min(desired, max(2 * now, now + 4))))
        wanted = [one for one in wanted if one[0] > fleet.env.now - HPA_CALM_S] + [(fleet.env.now, desired)]
        calm = max(number for _, number in wanted)
        for _ in range(desired - now):
            fleet.start_one()
        for server in fleet.staying[max(desired, calm) :]:
            fleet.stop(server)


@dataclass(frozen=True)
class Row:
    """One line of a table: what was simulated, and what came of it. Times in ms, parts from 0 to 1."""

    what: str
    rate: float
    answered: float
    without_answer: float
    p50_ms: float | None
    p99_ms: float | None
    servers: int


def row(what: str, rate: float, seconds: float, tally: Tally) -> Row:
    return Row(
        what,
        rate,
        len(tally.latencies) / seconds,
        tally.lost_share(),
        percentile_ms(tally.latencies, 50),
        percentile_ms(tally.latencies, 99),
        tally.most_servers,
    )


def standing_load(conditions: Conditions, servers: int, rate: float, seconds: float) -> Tally:
    """The last `seconds` of a load that has lasted."""
    since_s = 2 * conditions.max_wait_s
    return Fleet(conditions, servers, since_s).run(lambda now: rate, rate, since_s + seconds)


def fleets(conditions: Conditions, sizes: Sequence[int], seconds: float) -> list[Row]:
    """Where admission settles: loads below and above what the servers can do."""
    return [
        row(
            f"{size} servers, {share:g} of capacity",
            rate,
            length,
            standing_load(conditions, size, rate, length),
        )
        for size in sizes
        for share in (0.6, 0.8, 0.95, 2.0)
        for rate in [share * size * conditions.capacity]
        for length in [max(2 * conditions.max_wait_s, min(seconds, _PHOTOS / rate))]
    ]


def burst(conditions: Conditions, target: float, least: int, seconds: float = 600.0) -> Row:
    """Three times as many photos for four minutes, before an autoscaler; all is calm before and after."""
    usual = 0.9 * target * least * conditions.capacity
    fleet = Fleet(conditions, least)
    fleet.env.process(autoscale(fleet, target, least, 64, seconds))
    tally = fleet.run(lambda now: 3 * usual if 120 <= now < 360 else usual, 3 * usual, seconds)
    return row(f"burst × 3, target {target:.0%}, {least} servers before it", usual, seconds, tally)


def from_zero(conditions: Conditions, rate: float, seconds: float = 120.0) -> Row:
    """The first photo starts the first server; until it is there, HAProxy has none."""
    fleet = Fleet(conditions, 0)
    fleet.start_one()
    fleet.env.process(autoscale(fleet, 0.6, 1, 64, seconds))
    tally = fleet.run(lambda now: rate, rate, seconds)
    return row(f"from zero, {rate:g} photos/s, start in {conditions.start_s:g} s", rate, seconds, tally)


def rolling(conditions: Conditions, servers: int, share: float, seconds: float = 300.0) -> Row:
    """Every server is replaced, one new one before each old one leaves."""
    fleet = Fleet(conditions, servers)
    rate = share * servers * conditions.capacity

    def replace_all() -> Process:
        for _ in range(servers):
            fleet.start_one()
            yield fleet.env.timeout(conditions.start_s + NOTICE_S + 1)
            fleet.stop(fleet.staying[0])
            yield fleet.env.timeout(NOTICE_S + 1)

    fleet.env.process(replace_all())
    tally = fleet.run(lambda now: rate, rate, seconds)
    return row(f"rolling update of {servers} at {share:g} of capacity", rate, seconds, tally)


def predicted(point: dict[str, Any]) -> Row:
    """What the simulation expects of a measured load on pinned servers, which was too short for queues to
    settle: many such loads, each from idle servers. The capacity was measured as well, with the cost of all
    around the servers in it."""
    conditions = Conditions(point["servers"] / point["capacity"], cores=1)
    pooled = Tally(most_servers=point["servers"])
    rate, seconds = point["rate"], point["seconds"]
    for seed in range(_LOADS):
        tally = Fleet(conditions, point["servers"], seed=seed).run(lambda now: rate, rate, seconds)
        pooled.latencies += tally.latencies
        pooled.refused += tally.refused
    return row(_name(point), rate, _LOADS * seconds, pooled)


def _name(point: dict[str, Any]) -> str:
    return f"{point['setup']}, {point['share']:g} of capacity"


def simulate(
    model: Annotated[str, typer.Option(help="Its measured CPU time is that of `paishi plan`.")] = "ResNet50",
    precision: Annotated[str, typer.Option(help="As PAISHI_PRECISION.")] = "fp32",
    cores: Annotated[int, typer.Option(min=1, help="Cores of a server.")] = 4,
    seconds: Annotated[float, typer.Option(min=1, help="How long each standing load lasts.")] = 60.0,
    output: Annotated[
        Path, typer.Option(help="Folder with processes.json, if measured, and for simulation.json.")
    ] = ROOT / "artifacts" / "scale",
) -> None:
    """Simulate 1 to 64 servers."""
    console = Console(width=110)
    cost = cost_of(find_backbone(model).name, precision)
    if cost is None:
        raise typer.BadParameter(f"There is no figure for {model} in {precision}.")
    conditions = Conditions(cost.cpu_ms / 1000, cores)
    tables = {
        "standing loads": fleets(conditions, (1, 2, 4, 16, 64), seconds),
        "changes": [
            *(burst(conditions, target, least) for target in (0.5, 0.6, 0.7, 0.8) for least in (2,)),
            *(from_zero(replace(conditions, start_s=start), 5.0) for start in (2.0, 15.0)),
            *(rolling(conditions, 4, share) for share in (0.6, 0.8)),
        ],
    }
    measured = output / "processes.json"
    if measured.exists():
        points = json.loads(measured.read_text("utf-8"))
        pinned = [point for point in points if point["share"] is not None]
        tables["predicted"] = [predicted(point) for point in pinned]
        tables["measured"] = [
            Row(
                _name(point),
                point["rate"],
                point["answered"],
                point["refused"],
                point["p50_ms"],
                point["p99_ms"],
                point["servers"],
            )
            for point in pinned
        ]
    for title, rows in tables.items():
        _show(title, rows, console)
    output.mkdir(parents=True, exist_ok=True)
    body = {title: [one.__dict__ for one in rows] for title, rows in tables.items()}
    (output / "simulation.json").write_text(json.dumps(body, indent=1) + "\n", "utf-8")


def _show(title: str, rows: Sequence[Row], console: Console) -> None:
    table = Table("what", "photos/s", "answered/s", "no answer", "p50 ms", "p99 ms", "servers", title=title)
    for one in rows:
        table.add_row(
            one.what,
            f"{one.rate:,.0f}",
            f"{one.answered:,.0f}",
            f"{one.without_answer:.1%}",
            *("–" if value is None else f"{value:,.0f}" for value in (one.p50_ms, one.p99_ms)),
            str(one.servers),
        )
    console.print(table)


if __name__ == "__main__":
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(simulate)
    app(prog_name="python -m tests.scale.simulate")
