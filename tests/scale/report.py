"""What `python -m tests.scale` prints, and its picture."""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.ticker import NullFormatter
from rich.console import Console
from rich.table import Table

from tests.scale.scenarios import Result

_COLOURS = {"answered": "#0a7d55", "refused": "#d8a200", "no server": "#888888"}
_LOST = "#c0392b"


def print_table(results: list[Result], servers: int, console: Console) -> None:
    table = Table(title=f"{servers} servers behind HAProxy")
    table.add_column("scenario")
    for heading in (
        "photos",
        "answered",
        "refused",
        "no server",
        "lost",
        "wrong",
        "p50 ms",
        "p99 ms",
        "max ms",
    ):
        table.add_column(heading, justify="right")
    for result in results:
        table.add_row(
            result.name,
            str(len(result.sent)),
            *(str(result.count(outcome)) for outcome in ("answered", "refused", "no server")),
            str(result.lost),
            str(result.wrong),
            *(_whole(result.percentile_ms(percent)) for percent in (50, 99, 100)),
        )
    console.print(table)
    for result in results:
        for name, value in result.figures.items():
            console.print(f"{result.name}: {name} {value:.2f}", highlight=False)


def _whole(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f}"


def draw(results: list[Result], file: Path) -> None:
    """Writes a PNG: for each scenario, when each photo was sent and how long its answer took."""
    shown = [result for result in results if result.sent]
    if not shown:
        return
    with plt.rc_context({"font.size": 9, "axes.spines.top": False, "axes.spines.right": False}):
        figure, all_axes = plt.subplots(
            len(shown), 1, figsize=(9, 1.5 * len(shown)), dpi=130, layout="constrained", squeeze=False
        )
        for axes, result in zip(all_axes[:, 0], shown, strict=True):
            _scatter(axes, result)
        all_axes[-1, 0].set_xlabel("seconds")
        figure.savefig(file)
        plt.close(figure)


def _scatter(axes: Axes, result: Result) -> None:
    first = result.sent[0].at
    for outcome in dict.fromkeys(one.outcome for one in result.sent):
        points = [(one.at - first, 1000 * one.took) for one in result.sent if one.outcome == outcome]
        colour = _COLOURS.get(outcome, _LOST)
        axes.scatter(*zip(*points, strict=True), s=4, color=colour, label=f"{outcome}: {len(points)}")
    for at, what in result.marks:
        axes.axvline(at, color="#b8b8b8", lw=0.8, ls=":")
        axes.annotate(
            what,
            (at, 1),
            (2, -2),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            va="top",
            fontsize=7,
        )
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.set_ylabel("ms")
    axes.set_title(f"{result.name}: {result.lost} lost, {result.wrong} wrong", loc="left", fontsize=9)
    axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5), fontsize=8)
