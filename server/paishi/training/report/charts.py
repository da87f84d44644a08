"""Charts as PNG files, drawn without a display."""

import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from paishi.training.evaluation import Bin
from paishi.training.options import Logs

_DPI = 144
_LONGEST_NAME = 18
TRAINING, VALIDATION = "#2a78d6", "#eb6834"
"""Colours of the parts, of equal lightness and apart for every kind of sight."""


class Theme(NamedTuple):
    """Colours of a chart; `words` is False where a page around it has the words, in several languages."""

    ground: str
    ink: str
    faint: str
    words: bool


PAPER = Theme("#ffffff", "#333333", "#dddddd", True)
LIGHT = Theme("#ffffff", "#555555", "#e3e3e3", False)
DARK = Theme("#1c1f24", "#b8bcc4", "#3a3f47", False)


def curves(history: Mapping[str, Sequence[Logs]], theme: Theme) -> bytes:
    """Loss and accuracy of each epoch, of both parts; a line where a phase begins."""

    def draw(figure: Figure) -> None:
        logs = [one for phase in history.values() for one in phase]
        epochs = np.arange(1, len(logs) + 1)
        begins = np.cumsum([len(phase) for phase in history.values()])[:-1]
        for axes, name in zip(figure.subplots(1, 2), ("loss", "accuracy"), strict=True):
            _dress(axes, theme, "epoch", name)
            axes.plot(epochs, [one[name] for one in logs], color=TRAINING, label="training", marker=".")
            axes.plot(
                epochs, [one[f"val_{name}"] for one in logs], color=VALIDATION, label="validation", marker="."
            )
            for begin in begins:
                axes.axvline(begin + 0.5, color=theme.ink, linewidth=0.8, linestyle=":")
            axes.xaxis.get_major_locator().set_params(integer=True)
            if theme.words:
                axes.legend(frameon=False, labelcolor=theme.ink)

    return _png(draw, theme, (9.0, 3.4))


def reliability(bins: Sequence[Bin], theme: Theme) -> bytes:
    """Share of right first names over their probability, with 95 % intervals; on the diagonal both agree."""

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        _dress(axes, theme, "probability of the first name", "share that is right")
        axes.plot([0, 1], [0, 1], color=theme.ink, linewidth=0.8, linestyle=":")
        at = np.array([one.probability for one in bins])
        share = np.array([one.right.share for one in bins])
        low = share - np.array([one.right.low for one in bins])
        high = np.array([one.right.high for one in bins]) - share
        axes.errorbar(at, share, yerr=np.maximum([low, high], 0), color=TRAINING, marker="o", capsize=3)
        axes.set_xlim(0, 1.02)
        axes.set_ylim(0, 1.02)

    return _png(draw, theme, (4.6, 4.2))


def confusion(matrix: NDArray[np.intp], names: Sequence[str], theme: Theme) -> bytes:
    """Photos of each class (rows) by their first name (columns); names in scripts that the font lacks are
    numbers."""
    plain = [
        name if name.isascii() and len(name) <= _LONGEST_NAME else str(number)
        for number, name in enumerate(names, 1)
    ]
    side = min(2.2 + 0.45 * len(plain), 14.0)

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
        axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
        for (row, column), count in np.ndenumerate(matrix):
            if count:
                ink = "white" if shares[row, column] > 0.5 else "#333333"
                axes.text(column, row, str(count), ha="center", va="center", color=ink)
        axes.set_xticks(range(len(plain)), plain, rotation=60, ha="right", color=theme.ink)
        axes.set_yticks(range(len(plain)), plain, color=theme.ink)
        axes.set_xlabel("first name", color=theme.ink)
        axes.set_ylabel("class", color=theme.ink)

    return _png(draw, theme, (side + 0.8, side))


def _dress(axes: Any, theme: Theme, across: str, up: str) -> None:
    axes.set_facecolor(theme.ground)
    axes.tick_params(colors=theme.ink)
    axes.grid(color=theme.faint, linewidth=0.6)
    axes.set_axisbelow(True)
    for spine in axes.spines.values():
        spine.set_color(theme.faint)
    if theme.words:
        axes.set_xlabel(across, color=theme.ink)
        axes.set_ylabel(up, color=theme.ink)


def _png(draw: Callable[[Figure], None], theme: Theme, inches: tuple[float, float]) -> bytes:
    figure = Figure(figsize=inches, dpi=_DPI, facecolor=theme.ground, layout="constrained")
    FigureCanvasAgg(figure)
    draw(figure)
    stream = io.BytesIO()
    figure.savefig(stream, format="png", facecolor=theme.ground, metadata={"Software": None})
    return stream.getvalue()
