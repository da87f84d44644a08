"""The run as a picture, for the README."""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from tests.bench.outcome import Compared, Outcome
from tests.bench.summary import Summary

_DEMO, _OURS, _INK = "#b8b8b8", "#0a7d55", "#333333"
_WIDTH = 0.42
_RUNTIMES = {"openvino": "OpenVINO", "tensorflow": "TensorFlow"}


def draw(outcome: Outcome, file: Path) -> None:
    """Writes a PNG 1600 pixels wide: answers a second and how long they take, at every point with clients."""
    points = [point for name, point in outcome.points.items() if not name.startswith("open")]
    if not points:
        return
    with plt.rc_context({"font.size": 10, "axes.spines.top": False, "axes.spines.right": False}):
        figure, (throughput, latency) = plt.subplots(1, 2, figsize=(10, 4.6), dpi=160, layout="constrained")
        _throughput(throughput, points)
        _latency(latency, points)
        runtime = _RUNTIMES[outcome.run.runtime]
        title = f"{outcome.model}, {outcome.cores} cores: PaiShi ({runtime}) and the old demo"
        figure.suptitle(title, fontsize=12)
        figure.savefig(file)
        plt.close(figure)


def _throughput(axes: Axes, points: list[Compared]) -> None:
    axes.set_title("answers per second (more is better)", loc="left", fontsize=10)
    axes.set_ylabel("photos/s")
    _bars(axes, [point.demo.per_second for point in points], -1, "demo: Flask, model.predict")
    _bars(axes, [point.ours.per_second for point in points], +1, "PaiShi")
    for place, point in enumerate(points):
        axes.annotate(
            f"{point.ratio:.1f}×",
            (place + _WIDTH / 2, point.ours.per_second),
            (0, 3),
            textcoords="offset points",
            ha="center",
            weight="bold",
            color=_OURS,
        )
        if point.bound is not None:
            label = "what the cores can do" if point is points[-1] else ""
            axes.hlines(point.bound, place, place + _WIDTH, colors=_INK, linestyles=":", label=label)
    _finish(axes, points)
    axes.legend(frameon=False, loc="upper left", fontsize=9)
    axes.set_ylim(top=1.35 * max(max(point.bound or 0, point.ours.per_second) for point in points))


def _latency(axes: Axes, points: list[Compared]) -> None:
    axes.set_title("time to the answer, p50 with p99 above it (less is better)", loc="left", fontsize=10)
    axes.set_ylabel("ms")
    axes.set_yscale("log")
    _whiskers(axes, [point.demo for point in points], -1)
    _whiskers(axes, [point.ours for point in points], +1)
    _finish(axes, points)
    axes.set_ylim(bottom=5)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")


def _bars(axes: Axes, heights: list[float], side: int, label: str) -> None:
    places = [place + side * _WIDTH / 2 for place in range(len(heights))]
    axes.bar(places, heights, _WIDTH, color=_OURS if side > 0 else _DEMO, label=label)


def _whiskers(axes: Axes, summaries: list[Summary], side: int) -> None:
    p50 = [summary.p50_ms for summary in summaries]
    _bars(axes, p50, side, "")
    places = [place + side * _WIDTH / 2 for place in range(len(p50))]
    above = [max(summary.p99_ms - summary.p50_ms, 0) for summary in summaries]
    axes.errorbar(
        places, p50, yerr=np.array([np.zeros(len(above)), above]), fmt="none", ecolor=_INK, capsize=3, lw=1
    )
    for place, value in zip(places, p50, strict=True):
        axes.annotate(
            f"{value:,.0f}",
            (place, 5),
            (0, 3),
            textcoords="offset points",
            ha="center",
            fontsize=7.5,
            color="white" if side > 0 else _INK,
        )


def _finish(axes: Axes, points: list[Compared]) -> None:
    axes.set_xticks(range(len(points)), [point.title.replace(", ", "\n") for point in points])
    axes.grid(axis="y", alpha=0.25)
    axes.set_axisbelow(True)
