import json
import os
import tempfile
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console

from paishi.models.catalogue import find_backbone
from paishi.models.errors import ModelError, UnknownModel
from paishi.system.cpu_count import usable_cores
from tests.bench.outcome import as_json, conclude
from tests.bench.points import NAMES, make_plan
from tests.bench.report import print_report
from tests.bench.rounds import run_bench
from tests.bench.servers import ROOT, ServerFailed
from tests.bench.workers import ended_at_last


def bench(
    quick: Annotated[
        bool, typer.Option("--quick", help="Fewer points and rounds: under two minutes.")
    ] = False,
    model: Annotated[str, typer.Option(help="Model that both servers serve.")] = "ResNet50",
    runtime: Annotated[
        Literal["auto", "openvino", "tensorflow"], typer.Option(help="Runtime of PaiShi.")
    ] = "auto",
    rounds: Annotated[int | None, typer.Option(min=1, help="How often everything is measured.")] = None,
    seconds: Annotated[float | None, typer.Option(min=0.5, help="How long each load is measured.")] = None,
    only: Annotated[str, typer.Option(help=f"Some of {','.join(NAMES)}, separated by commas.")] = "",
    output: Annotated[Path, typer.Option(help="Folder for bench.json and bench.png.")] = ROOT
    / "artifacts"
    / "bench",
) -> None:
    """Load the demo and PaiShi in turn; PAISHI_... settings reach PaiShi. Exit code 1 where PaiShi errs."""
    console = Console()
    wanted = {name.strip() for name in only.split(",") if name.strip()}
    if unknown := wanted - set(NAMES):
        raise typer.BadParameter(
            f"--only does not know {', '.join(sorted(unknown))}, only {', '.join(NAMES)}"
        )
    try:
        find_backbone(model)
    except UnknownModel as error:
        raise typer.BadParameter(str(error)) from error
    plan = make_plan(quick, rounds, seconds, wanted)
    _warn_of_company(console)
    with tempfile.TemporaryDirectory(prefix="paishi-bench-") as folder, ended_at_last():
        try:
            run = run_bench(plan, model, runtime, Path(folder), lambda line: console.print(line, style="dim"))
        except (ServerFailed, ModelError) as error:
            console.print(f"There is nothing to measure:\n{error}", style="red", markup=False)
            raise typer.Exit(1) from error
    outcome = conclude(plan, model, run)
    print_report(outcome, console)
    output.mkdir(parents=True, exist_ok=True)
    (output / "bench.json").write_text(json.dumps(as_json(outcome), indent=1) + "\n", encoding="utf-8")
    from tests.bench.plot import draw  # matplotlib takes a second that the workers would each pay

    draw(outcome, output / "bench.png")
    console.print(f"{output}/bench.json and bench.png", style="dim", soft_wrap=True)
    if outcome.our_errors:
        console.print(f"PaiShi made {outcome.our_errors} errors.", style="red")
        raise typer.Exit(1)


def _warn_of_company(console: Console) -> None:
    if hasattr(os, "getloadavg") and os.getloadavg()[0] > usable_cores() / 4:
        console.print(
            f"This machine is busy (load average {os.getloadavg()[0]:.1f}): trust the ratios only.",
            style="yellow",
        )


if __name__ == "__main__":
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(bench)
    app(prog_name="python -m tests.bench")
