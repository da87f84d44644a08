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
from paishi.system.processor import processor_name
from tests.bench.points import CAPACITY, Closed, Open, Plan
from tests.bench.rounds import Run
from tests.bench.summary import Summary, cores_bound, ratio, summarise

_GFLOP_A_PICTURE = {"ResNet50": 7.716}
"""Twice the multiplications of one forward pass, 10^9."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One point of one of our servers. `ratio` is its answers a second to the demo's, the median over the
    rounds.

    `bound` is what the cores could do with these photos, in photos a second, and `share` what we did of it:
    both None where the limits were not measured or the load was not meant to fill the cores. The core-ms
    are processor time for each answer, of the generator for ours, None where the system does not tell.
    """

    title: str
    demo: Summary
    ours: Summary
    ratio: float
    bound: float | None
    share: float | None
    demo_core_ms: float | None
    our_core_ms: float | None
    generator_core_ms: float | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """`points` by name, of the demo's model and, in `fast`, of `FAST_MODEL`; `overload` is our answers to ten
    times the load, by server. `matrix_bound` is pictures a second if a model were one large matrix product.
    """

    model: str
    cores: int
    run: Run
    points: dict[str, Compared]
    fast: dict[str, Compared]
    overload: dict[str, Summary]
    product: str
    gflops: float | None
    matrix_bound: float | None
    runtime_per_second: dict[str, dict[str, float]]
    decoding_ms: dict[str, dict[str, float]]

    @property
    def our_errors(self) -> int:
        """Requests that ended neither with an answer nor with the refusal meant for a full server."""
        ours = [point.ours for point in (*self.points.values(), *self.fast.values())]
        return sum(sum(one.errors.values()) for one in (*ours, *self.overload.values()))

    def per_core(self, of: dict[str, Compared]) -> float | None:
        """Photos a second and core, JPEG in and names out, over HTTP; None if that was not measured."""
        return of[CAPACITY.name].ours.per_second / self.cores if CAPACITY.name in of else None


def conclude(plan: Plan, model: str, run: Run) -> Outcome:
    cores = usable_cores()
    limits = run.limits.get("ours", [])
    gflops = median(limit.gflops for limit in limits) if limits else None
    work = _GFLOP_A_PICTURE.get(model)
    ways = ("alone", "batches", "crowd")
    kinds = limits[0].decoding if limits else {}
    fast = any("fast" in loads for loads in run.loads.values())
    overload = run.loads.get(plan.overload.name, {}) if plan.overload else {}
    return Outcome(
        model=model,
        cores=cores,
        run=run,
        points={point.name: _compare(point, run, cores, "ours") for point in plan.points},
        fast={point.name: _compare(point, run, cores, "fast") for point in plan.points} if fast else {},
        overload={name: summarise(loads) for name, loads in overload.items()},
        product=limits[0].product if limits else "",
        gflops=gflops,
        matrix_bound=gflops / work if gflops and work else None,
        runtime_per_second={
            name: {way: median(getattr(limit, way) for limit in found) for way in ways}
            for name, found in run.limits.items()
        },
        decoding_ms={
            name: {kind: 1000 * median(limit.decoding[kind] for limit in found) for kind in kinds}
            for name, found in run.limits.items()
        },
    )


def _compare(point: Closed | Open, run: Run, cores: int, name: str) -> Compared:
    demo, ours = run.loads[point.name]["demo"], run.loads[point.name][name]
    bounds: list[float] = []
    if isinstance(point, Closed) and point.clients > 1:
        photo = point.photo.name
        ends = [
            cores_bound(limit.runtime, limit.decoding[photo], cores) for limit in run.limits.get(name, [])
        ]
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
        our_core_ms=_median(run.core_ms[point.name][name]),
        generator_core_ms=_median(
            [1000 * load.processor_share / load.per_second for load in ours if load.latencies]
        ),
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
                {
                    **asdict(load),
                    "latencies": len(load.latencies),
                    "refusals": len(load.refusals),
                    "per_second": load.per_second,
                }
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
    return {"processor": processor_name(), **found}


def _finite(value: Any) -> Any:
    """JSON has no NaN."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not isfinite(value) else value
