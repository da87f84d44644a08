"""The arithmetic of the bench."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from tests.bench.load import Load


@dataclass(frozen=True, slots=True)
class Summary:
    """Medians over the rounds of one server at one point; times in ms, counts summed.

    `refusal_p99_ms` is the time in which 99 of 100 refusals came, NaN without any.
    """

    per_second: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    tail: float
    """p99 / p50."""
    slowest_ms: float
    refusal_p99_ms: float
    answers: int
    refused: int
    errors: dict[str, int]

    @property
    def refused_share(self) -> float:
        """Of all that was sent."""
        sent = self.answers + self.refused + sum(self.errors.values())
        return self.refused / sent if sent else 0.0


def summarise(rounds: Sequence[Load]) -> Summary:
    """Percentiles are taken within a round, because the machine's speed differs between rounds."""
    percentiles = [_percentiles(load.latencies) for load in rounds]
    p50, p95, p99 = (median(values) for values in zip(*percentiles, strict=True))
    errors: dict[str, int] = {}
    for load in rounds:
        for kind, count in load.errors.items():
            errors[kind] = errors.get(kind, 0) + count
    return Summary(
        per_second=median(load.per_second for load in rounds),
        p50_ms=p50,
        p95_ms=p95,
        p99_ms=p99,
        tail=median(round_p99 / round_p50 for round_p50, _, round_p99 in percentiles),
        slowest_ms=median(1000 * max(load.latencies, default=float("nan")) for load in rounds),
        refusal_p99_ms=median(_percentiles(load.refusals)[2] for load in rounds),
        answers=sum(len(load.latencies) for load in rounds),
        refused=sum(load.refused for load in rounds),
        errors=errors,
    )


def ratio(ours: Sequence[float], demo: Sequence[float]) -> float:
    """Median of what we do for each that the demo does, round by round; infinite where that does nothing."""
    return median(our / their if their else float("inf") for our, their in zip(ours, demo, strict=True))


def cores_bound(runtime: float, decoding: float, cores: int) -> float:
    """Photos a second that the cores can do at most.

    A photo takes 1 / `runtime` s of all `cores` in the model and `decoding` core-seconds before it.
    """
    return 1 / (1 / runtime + decoding / cores)


def _percentiles(latencies: Sequence[float]) -> tuple[float, float, float]:
    if not latencies:
        return float("nan"), float("nan"), float("nan")
    p50, p95, p99 = np.percentile(np.asarray(latencies) * 1000, (50, 95, 99))
    return float(p50), float(p95), float(p99)
