import json
import math
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated, NamedTuple

import typer
from rich.console import Console

from tests.bench.photos import SMALL, make_photo
from tests.bench.servers import ROOT, Served, ServerFailed, our_environment, running_ours
from tests.bench.weights import published_weights, write_random_weights
from tests.bench.workers import Worker, ended_at_last
from tests.soak.clients import Known
from tests.soak.report import draw, print_report
from tests.soak.spells import Rates, capacity, learn_answers, spell_of
from tests.soak.tally import Spell, as_json
from tests.soak.watch import Watch, has_grown

REST_S = 10.0
PROBE = Rates(good=5)
USUAL = 0.4
"""Of what the server can do."""


class Soaked(NamedTuple):
    """`spells` are shown, `early` ones only looked through for faults: no load was to be measured in them."""

    early: list[Spell]
    spells: list[Spell]
    watch: Watch


def soak(
    minutes: Annotated[float, typer.Option(min=0.5, help="How long, in all.")] = 5.0,
    model: Annotated[str, typer.Option(help="Model to serve.")] = "ResNet50",
    overload: Annotated[float, typer.Option(help="Photos in a crowd, as multiples of what it can do.")] = 10,
    output: Annotated[Path, typer.Option(help="Folder for soak.json and soak.png.")] = ROOT
    / "artifacts"
    / "soak",
) -> None:
    """Good, bad, slow, hostile and vanishing clients, then a crowd, then the first again. Exit code 1 for any
    500, an answer that was lost or mixed up, a `/livez` without answer, and memory that grew."""
    console = Console()
    with tempfile.TemporaryDirectory(prefix="paishi-soak-") as name, ended_at_last():
        folder = Path(name)
        weights = published_weights(model) or Worker().call(
            write_random_weights, model, folder / "w.weights.h5"
        )
        environment = {
            **our_environment(model, weights, "auto", folder),
            # All strangers come from one address here; rates have tests of their own.
            "PAISHI_UPLOADS_PER_MINUTE": "0",
            "PAISHI_MB_PER_MINUTE": "0",
        }
        try:
            with running_ours("paishi", environment, folder, make_photo(SMALL)) as server:
                soaked = _soak(server, 60 * minutes, overload, console)
        except ServerFailed as error:
            console.print(f"The server does not start:\n{error}", style="red", markup=False)
            raise typer.Exit(1) from error
    _conclude(soaked, output, console)


def _soak(server: Served, seconds: float, overload: float, console: Console) -> Soaked:
    url = server.url.removesuffix("/predict")
    generator, watch = Worker(), Watch()
    with watch.over(server.pid, url):
        watch.mark("learning")
        known = generator.call(learn_answers, url)
        flat_out = generator.call(capacity, url, known, 5.0)
        can = len(flat_out.answers) / flat_out.seconds
        console.print(f"{can:.1f} answers/s is what it can do", style="dim", highlight=False)
        mixed = Rates(good=USUAL * can, echo=2, bad=2, vanishing=3, slow=1, hostile=1)
        crowd = Rates(good=overload * can, echo=1, bad=1, vanishing=3, slow=1, hostile=1)
        # Once, so that what any load needs is there before memory is compared.
        early = [flat_out, _spell("warm-up", generator, url, known, crowd, 5.0, watch, console)]
        spells = [_spell("before", generator, url, known, mixed, 0.25 * seconds, watch, console)]
        with ThreadPoolExecutor(1) as background_task:
            # Who makes a crowd is late for its own answers: somebody else looks at the clock.
            within = background_task.submit(
                Worker().call, spell_of, "within the crowd", url, known, PROBE, 0.5 * seconds, 0
            )
            spells.append(_spell("crowd", generator, url, known, crowd, 0.5 * seconds, watch, console))
            spells.append(within.result())
        watch.mark("rest")
        time.sleep(REST_S)
        spells.append(_spell("after", generator, url, known, mixed, 0.25 * seconds, watch, console))
    return Soaked(early, spells, watch)


def _spell(
    name: str,
    generator: Worker,
    url: str,
    known: Sequence[Known],
    rates: Rates,
    seconds: float,
    watch: Watch,
    console: Console,
) -> Spell:
    watch.mark(name)
    console.print(f"{name}: {seconds:.0f} s", style="dim", highlight=False)
    return generator.call(spell_of, name, url, known, rates, seconds, len(watch.marks))


def _conclude(soaked: Soaked, output: Path, console: Console) -> None:
    early, spells, watch = soaked
    print_report(spells, watch, console)
    output.mkdir(parents=True, exist_ok=True)
    draw(watch, output / "soak.png")
    file = output / "soak.json"
    file.write_text(
        json.dumps(
            {
                "spells": [as_json(spell) for spell in spells],
                "memory": watch.samples,
                "livez": [(at, seconds if math.isfinite(seconds) else None) for at, seconds in watch.livez],
                "marks": watch.marks,
            }
        )
        + "\n"
    )
    console.print(f"{file} and soak.png", style="dim", soft_wrap=True)
    faults = [
        f"{spell.name}, {what}: {count}" for spell in early + spells for what, count in spell.wrong.items()
    ]
    before, after = watch.during("before"), watch.during("after")
    assert before
    assert after
    if unanswered := sum(not math.isfinite(seconds) for _, seconds in watch.livez):
        faults.append(f"/livez without an answer: {unanswered}")
    if has_grown(before, after):
        faults.append(f"memory grew from {before:.0f} to {after:.0f} MB")
    for fault in faults:
        console.print(fault, style="red", highlight=False)
    if faults:
        raise typer.Exit(1)


if __name__ == "__main__":
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(soak)
    app(prog_name="python -m tests.soak")
