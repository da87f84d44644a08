"""The run as tables in the terminal."""

from math import isnan

from rich.console import Console
from rich.table import Table

from tests.bench.outcome import Outcome, machine
from tests.bench.summary import Summary
from tests.bench.targets import targets


def print_report(outcome: Outcome, console: Console) -> None:
    if outcome.points:
        console.print(_rates(outcome), _waits(outcome))
    if outcome.gflops is not None:
        console.print(_limits(outcome))
        console.print(
            "bound = 1 / (1 / pictures/s of the runtime alone + core-seconds to decode a photo / cores), the "
            "mean of before and after each round; of bound = ours / bound; medians over the rounds. "
            "core-ms: processor time of the server for each answer.",
            style="dim",
        )
    console.print(_servers(outcome))
    if outcome.model == "ResNet50":
        console.print(_targets(outcome))


def _rates(outcome: Outcome) -> Table:
    run = outcome.run
    title = (
        f"{outcome.model}, {run.weights} weights, ours on {run.runtime}; {outcome.cores} cores of "
        f"{machine()['processor']}, load average {run.load_average}"
    )
    table = Table("load", title=title)
    for heading in ("demo /s", "ours /s", "ratio", "of bound", "demo core-ms", "ours core-ms"):
        table.add_column(heading, justify="right")
    for point in outcome.points.values():
        table.add_row(
            point.title,
            f"{point.demo.per_second:.1f}",
            f"{point.ours.per_second:.1f}",
            f"{point.ratio:.1f}x",
            "–" if point.share is None else f"{point.share:.0%}",
            _cost(point.demo_core_ms),
            _cost(point.our_core_ms),
        )
    return table


def _waits(outcome: Outcome) -> Table:
    table = Table("load", "", title="Time to the answer in ms, and requests that got none")
    for heading in ("p50", "p95", "p99", "refused", "errors"):
        table.add_column(heading, justify="right")
    for point in outcome.points.values():
        for name, side in (("demo", point.demo), ("ours", point.ours)):
            title = point.title if name == "demo" else ""
            table.add_row(title, name, *_latencies(side), f"{side.refused_share:.0%}", _errors(side))
    return table


def _latencies(summary: Summary) -> list[str]:
    values = summary.p50_ms, summary.p95_ms, summary.p99_ms
    return ["–" if isnan(value) else f"{value:.0f}" for value in values]


def _cost(core_ms: float | None) -> str:
    return "?" if core_ms is None else f"{core_ms:.0f}"


def _errors(summary: Summary) -> str:
    return ", ".join(f"{count} x {kind}" for kind, count in summary.errors.items()) or "0"


def _limits(outcome: Outcome) -> Table:
    table = Table(title="What the cores can do without HTTP", show_header=False)
    table.add_row(f"matrix product, float32, 2048 x 2048, {outcome.product}", f"{outcome.gflops:.0f} GFLOP/s")
    if outcome.matrix_bound:
        table.add_row(f"… as {outcome.model}", f"{outcome.matrix_bound:.1f} pictures/s")
    names = {"alone": "one after the other", "batches": "batches of 8", "crowd": "16 callers"}
    for way, value in outcome.runtime_per_second.items():
        table.add_row(f"{outcome.run.runtime} alone, {names[way]}", f"{value:.1f} pictures/s")
    for kind, value in outcome.decoding_ms.items():
        table.add_row(
            f"decode and fit a {kind} photo, all cores busy",
            f"{value:.1f} core-ms = {1000 / value:.0f} /s a core",
        )
    for point in outcome.points.values():
        if point.bound is not None:
            table.add_row(f"bound, {point.title}", f"{point.bound:.1f} photos/s")
    return table


def _servers(outcome: Outcome) -> Table:
    run = outcome.run
    table = Table("server", "start to first answer, s", "resident then, MB", "resident at most, MB")
    for name, seconds in run.first_answer_s.items():
        memory = [values.get(name) for values in (run.resident_idle_mb, run.resident_most_mb)]
        table.add_row(name, f"{seconds:.1f}", *("?" if value is None else f"{value:.0f}" for value in memory))
    ceilings = ", ".join(f"{rate:.0f}/s with {name} photos" for name, rate in run.ceilings.items())
    shares = [
        load.processor_share for loads in run.loads.values() for side in loads.values() for load in side
    ]
    busiest = f"; at most {max(shares):.0%} of one core in this run" if shares else ""
    table.caption = f"the generator of load alone reaches {ceilings}{busiest}"
    return table


def _targets(outcome: Outcome) -> Table:
    table = Table("target", "wanted", "reached", title="Targets for ResNet50 on four cores")
    for target in targets(outcome):
        sign = "at most" if target.at_most else "at least"
        value = "not measured" if target.value is None else f"{target.value:.2f}"
        style = "" if target.value is None else "green" if target.reached else "yellow"
        table.add_row(target.name, f"{sign} {target.wanted:.2f}", value, style=style)
    return table
