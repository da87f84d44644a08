"""What PaiShi sets itself, as figures of one run: shares of a limit where there is one, else ratios."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from paishi.settings import Settings
from tests.bench.outcome import Compared, Outcome
from tests.bench.rounds import FAST_MODEL

_TIMES_THE_DEMO = {"fp32": 15, "bf16": 15, "int8": 22}
"""Of `FAST_MODEL`, at 32 clients."""


@dataclass(frozen=True, slots=True)
class Target:
    """`value` is None where the run did not measure it."""

    name: str
    wanted: float
    at_most: bool
    value: float | None

    @property
    def reached(self) -> bool:
        return self.value is not None and (
            self.value <= self.wanted if self.at_most else self.value >= self.wanted
        )


def targets(outcome: Outcome) -> list[Target]:
    found = list(_of_a_server(outcome, "ours", outcome.model, outcome.points))
    crowd = outcome.run.resident_crowd_mb
    memory = crowd["ours"] / crowd["demo"] if crowd.keys() >= {"ours", "demo"} else None
    found.append(Target(f"{outcome.model}: memory after a crowd, of the demo's", 0.28, True, memory))
    if outcome.fast:
        found.extend(_of_a_server(outcome, "fast", FAST_MODEL, outcome.fast))
        wanted = _TIMES_THE_DEMO[outcome.run.precision["fast"]]
        times = _of(outcome.fast, "32", lambda point: point.ratio)
        found.append(Target(f"{FAST_MODEL}: times the demo, 32 clients", wanted, False, times))
    return found


def _of_a_server(outcome: Outcome, name: str, model: str, points: dict[str, Compared]) -> Iterator[Target]:
    for point, title in (("32", "32 clients"), ("12mp", "12 MP")):
        share = _of(points, point, lambda found: found.share)
        yield Target(f"{model}: share of what the cores can do, {title}", 0.94, False, share)
    alone = outcome.runtime_per_second.get(name, {}).get("alone")
    one = _of(points, "1", lambda found: found.ours.p50_ms)
    above = one - 1000 / alone if one and alone else None
    yield Target(f"{model}: 1 client, ms above the runtime alone", 6, True, above)
    tail = _of(points, "32", lambda found: found.ours.tail)
    yield Target(f"{model}: p99 / p50, 32 clients", 1.3, True, tail)
    yield Target(f"{model}: s from start to first answer", 1, True, outcome.run.first_answer_s.get(name))
    crushed = outcome.overload.get(name)
    refusal, slowest = (crushed.refusal_p99_ms, crushed.slowest_ms / 1000) if crushed else (None, None)
    yield Target(f"{model}: p99 of refusals at 10 times the load, ms", 50, True, refusal)
    limit = Settings.model_validate({}).max_wait_s
    yield Target(f"{model}: slowest answer at 10 times the load, s", limit, True, slowest)


def _of(points: dict[str, Compared], name: str, read: Callable[[Compared], float | None]) -> float | None:
    return read(points[name]) if name in points else None
