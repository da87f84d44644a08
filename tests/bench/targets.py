"""What PaiShi sets itself for ResNet50 on four cores, as ratios within one run."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.bench.outcome import Outcome


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
    return list(_targets(outcome))


def _targets(outcome: Outcome) -> Iterator[Target]:
    points = outcome.points

    def of(name: str, read: Callable[..., float | None]) -> float | None:
        return read(points[name]) if name in points else None

    yield Target("times the demo, 1 client", 6, False, of("1", lambda point: point.ratio))
    yield Target("times the demo, 32 clients", 4, False, of("32", lambda point: point.ratio))
    yield Target("times the demo, 12 MP photos", 3.5, False, of("12mp", lambda point: point.ratio))
    yield Target("share of what the cores can do", 0.85, False, of("32", lambda point: point.share))
    most = outcome.run.resident_most_mb
    memory = most["ours"] / most["demo"] if most.keys() >= {"ours", "demo"} else None
    yield Target("resident memory, of the demo's", 1 / 3, True, memory)
    yield Target("p99 / p50, 32 clients", 1.5, True, of("32", lambda point: point.ours.tail))
