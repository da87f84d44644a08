"""The run as tables in the terminal."""

from math import isnan

from rich.console import Console
from rich.table import Table

from paishi.system.processor import processor_name
from tests.bench.outcome import Compared, Outcome
from tests.bench.rounds import FAST_MODEL
from tests.bench.summary import Summary
from tests.bench.targets import targets


def print_report(outcome: Outcome, console: Console) -> None:
    if outcome.points:
        console.print(_headline(outcome), style="bold")
        console.print(_rates(outcome, outcome.model, "ours", outcome.points), _waits(outcome))
    if outcome.fast:
        console.print(_rates(outcome, FAST_MODEL, "fast", outcome.fast))
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


def _headline(outcome: Outcome) -> str:
    rates = ((outcome.model, outcome.points), (FAST_MODEL, outcome.fast))
    known = [f"{model} {rate:.1f}" for model, of in rates if (rate := outcome.per_core(of)) is not None]
    return f"Photos a second per core, JPEG in and names out: {', '.join(known) or '?'}; {processor_name()}"


def _rates(outcome: Outcome, model: str, name: str, points: dict[str, Compared]) -> Table:
    run = outcome.run
    weights = run.weights if name == "ours" else "published"
    title = (
        f"{model}, {weights} weights, ours on {run.runtime} in {run.precision.get(name)}; the demo with "
        f"{outcome.model}; {outcome.cores} cores, load average {run.load_average}"
    )
    table = Table("load", title=title)
    headings = ("demo /s", "ours /s", "ratio", "of bound", "demo core-ms", "ours core-ms", "load's core-ms")
    for heading in headings:
        table.add_column(heading, justify="right")
    for point in points.values():
        table.add_row(
            point.title,
            f"{point.demo.per_second:.1f}",
            f"{point.ours.per_second:.1f}",
            f"{point.ratio:.1f}x",
            "–" if point.share is None else f"{point.share:.0%}",
            _cost(point.demo_core_ms),
            _cost(point.our_core_ms),
            _cost(point.generator_core_ms),
        )
    return table


def _waits(outcome: Outcome) -> Table:
    table = Table("load", "", title="Time to the answer in ms, and requests that got none")
    for heading in ("p50", "p95", "p99", "refused", "errors"):
        table.add_column(heading, justify="right")
    for key, point in outcome.points.items():
        sides = [("demo", point.demo), ("ours", point.ours)]
        sides += [("fast", outcome.fast[key].ours)] if outcome.fast else []
        for name, side in sides:
            title = point.title if name == "demo" else ""
            table.add_row(title, name, *_latencies(side), f"{side.refused_share:.0%}", _errors(side))
    for name, side in outcome.overload.items():
        title = "arrivals at 10 times the capacity"
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
    for server, rates in outcome.runtime_per_second.items():
        for way, value in rates.items():
            title = f"{server}: {outcome.run.runtime} alone, {names[way]}"
            table.add_row(title, f"{value:.1f} pictures/s")
        for kind, value in outcome.decoding_ms[server].items():
            table.add_row(
                f"{server}: decode and fit a {kind} photo, all cores busy",
                f"{value:.1f} core-ms = {1000 / value:.0f} /s a core",
            )
        points = outcome.points if server == "ours" else outcome.fast
        for point in points.values():
            if point.bound is not None:
                table.add_row(f"{server}: bound, {point.title}", f"{point.bound:.1f} photos/s")
    return table


def _servers(outcome: Outcome) -> Table:
    run = outcome.run
    table = Table("server", "start to first answer, s", "resident then, MB", "after a crowd", "at most")
    resident = run.resident_idle_mb, run.resident_crowd_mb, run.resident_most_mb
    for name, seconds in run.first_answer_s.items():
        memory = [values.get(name) for values in resident]
        table.add_row(name, f"{seconds:.1f}", *("?" if value is None else f"{value:.0f}" for value in memory))
    ceilings = ", ".join(f"{rate:.0f}/s with {name} photos" for name, rate in run.ceilings.items())
    shares = [
        load.processor_share for loads in run.loads.values() for side in loads.values() for load in side
    ]
    busiest = f"; at most {max(shares):.0%} of one core in this run" if shares else ""
    table.caption = f"the generator of load alone reaches {ceilings}{busiest}"
    return table


def _targets(outcome: Outcome) -> Table:
    table = Table("target", "wanted", "reached", title="Targets")
    for target in targets(outcome):
        sign = "at most" if target.at_most else "at least"
        value = "not measured" if target.value is None else f"{target.value:.2f}"
        style = "" if target.value is None else "green" if target.reached else "yellow"
        table.add_row(target.name, f"{sign} {target.wanted:.2f}", value, style=style)
    return table
