"""What a run comes to."""

import platform
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from itertools import pairwise
from math import isfinite
from statistics import fmean, median
from typing import Any

from paishi.system.cpu_count import usable_cores
from tests.bench.points import Closed, Open, Plan
from tests.bench.rounds import Run
from tests.bench.summary import Summary, cores_bound, ratio, summarise

_GFLOP_A_PICTURE = {"ResNet50": 7.716}
"""Twice the multiplications of one forward pass, 10^9."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One point. `ratio` is ours to the demo's answers a second, the median over the rounds.

    `bound` is what the cores could do with these photos, in photos a second, and `share` what we did of it:
    both None where the limits were not measured or the load was not meant to fill the cores. The core-ms
    are processor time for each answer, None where the system does not tell.
    """

    title: str
    demo: Summary
    ours: Summary
    ratio: float
    bound: float | None
    share: float | None
    demo_core_ms: float | None
    our_core_ms: float | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """`points` by name; `matrix_bound` is pictures a second if a model were one large matrix product."""

    model: str
    cores: int
    run: Run
    points: dict[str, Compared]
    product: str
    gflops: float | None
    matrix_bound: float | None
    runtime_per_second: dict[str, float]
    decoding_ms: dict[str, float]

    @property
    def our_errors(self) -> int:
        """Requests that ended neither with an answer nor with the refusal meant for a full server."""
        return sum(sum(point.ours.errors.values()) for point in self.points.values())


def conclude(plan: Plan, model: str, run: Run) -> Outcome:
    cores = usable_cores()
    limits = run.limits
    gflops = median(limit.gflops for limit in limits) if limits else None
    work = _GFLOP_A_PICTURE.get(model)
    ways = ("alone", "batches", "crowd")
    kinds = limits[0].decoding if limits else {}
    return Outcome(
        model=model,
        cores=cores,
        run=run,
        points={point.name: _compare(point, run, cores) for point in plan.points},
        product=limits[0].product if limits else "",
        gflops=gflops,
        matrix_bound=gflops / work if gflops and work else None,
        runtime_per_second={way: median(getattr(limit, way) for limit in limits) for way in ways if limits},
        decoding_ms={kind: 1000 * median(limit.decoding[kind] for limit in limits) for kind in kinds},
    )


def _compare(point: Closed | Open, run: Run, cores: int) -> Compared:
    demo, ours = run.loads[point.name]["demo"], run.loads[point.name]["ours"]
    bounds: list[float] = []
    if isinstance(point, Closed) and point.clients > 1:
        photo = point.photo.name
        ends = [cores_bound(limit.runtime, limit.decoding[photo], cores) for limit in run.limits]
        bounds = [fmean(both) for both in pairwise(ends)]
    rates = [load.per_second for load in ours]
    return Compared(
        title=point.title,
        demo=summarise(demo),
        ours=summarise(ours),
        ratio=ratio(rates, [load.per_second for load in demo]),
        bound=median(bounds) if bounds else None,
        share=ratio(rates, bounds) if bounds else None,
        demo_core_ms=_median(run.core_ms[point.name]["demo"]),
        our_core_ms=_median(run.core_ms[point.name]["ours"]),
    )


def _median(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None


def as_json(outcome: Outcome) -> dict[str, Any]:
    """For `bench.json`: the conclusions, and what they were drawn from, without every single latency."""
    value = asdict(outcome)
    rounds = {
        name: {
            server: [
                {**asdict(load), "latencies": len(load.latencies), "per_second": load.per_second}
                for load in loads
            ]
            for server, loads in servers.items()
        }
        for name, servers in outcome.run.loads.items()
    }
    value["run"]["loads"] = rounds
    finite: dict[str, Any] = _finite(
        {"at": datetime.now(UTC).isoformat("T", "seconds"), "machine": machine(), **value}
    )
    return finite


def machine() -> dict[str, str]:
    """Processor and versions, without which a figure says nothing."""
    found = {"system": f"{platform.system()} {platform.machine()}", "python": platform.python_version()}
    for package in (
        "keras",
        "tensorflow",
        "tensorflow-cpu",
        "openvino",
        "numpy",
        "pillow",
        "flask",
        "fastapi",
    ):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return {"processor": _processor(), **found}


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            return next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def _finite(value: Any) -> Any:
    """JSON has no NaN."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not isfinite(value) else value
