"""What the soak prints, and its picture."""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
from rich.console import Console
from rich.table import Table

from tests.soak.tally import Spell, percentile_ms
from tests.soak.watch import Watch


def print_report(spells: list[Spell], watch: Watch, console: Console) -> None:
    clients = Table("spell", "client", "sent", "what came of it", title="Requests")
    for spell in spells:
        for client in sorted(spell.sent):
            came = [f"{count} {what}" for (who, what), count in spell.outcomes.most_common() if who == client]
            clients.add_row(spell.name, client, str(spell.sent[client]), "; ".join(came))
    console.print(clients)
    times = Table(
        "spell",
        "answers/s",
        "p50 ms",
        "p99 ms",
        "refused p50 ms",
        "p99 ms",
        "/livez p99 ms",
        "highest",
        "MB",
        title="Good photos",
    )
    for spell in spells:
        times.add_row(
            spell.name,
            f"{len(spell.answers) / spell.seconds:.1f}",
            *(_ms(percentile_ms(spell.answers, percent)) for percent in (50, 99)),
            *(_ms(percentile_ms(spell.refusals, percent)) for percent in (50, 99)),
            *(_ms(percentile_ms(watch.livez_during(spell.name), percent)) for percent in (99, 100)),
            f"{megabytes:.0f}" if (megabytes := watch.during(spell.name)) else "–",
        )
    console.print(times)
    console.print(f"highest memory: {watch.highest:.0f} MB", highlight=False)


def _ms(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f}"


def draw(watch: Watch, file: Path) -> None:
    """Writes a PNG 1200 pixels wide: memory over time, with where each spell began."""
    with plt.rc_context({"font.size": 10, "axes.spines.top": False, "axes.spines.right": False}):
        figure, axes = plt.subplots(figsize=(8, 3.2), dpi=150, layout="constrained")
        axes.plot(*zip(*watch.samples, strict=True), color="#0a7d55", lw=1)
        axes.set_ylim(0, 1.5 * watch.highest)  # the names stand over the curve
        top = axes.get_ylim()[1]
        for at, name in watch.marks:
            axes.axvline(at, color="#b8b8b8", lw=0.8, ls=":")
            axes.annotate(
                name, (at, top), (2, -2), textcoords="offset points", va="top", fontsize=8, rotation=90
            )
        axes.set_xlabel("seconds")
        axes.set_ylabel("MB resident")
        figure.savefig(file)
        plt.close(figure)
