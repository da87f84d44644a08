import json
import shutil
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from tests.bench.servers import ROOT
from tests.bench.workers import ended_at_last
from tests.scale.cluster import running_cluster
from tests.scale.namespace import enter_namespace
from tests.scale.report import draw, print_table
from tests.scale.scenarios import SCENARIOS, Result, Traffic, as_json, photos_to_send


def scale(
    servers: Annotated[int, typer.Option(min=2, max=4, help="How many servers.")] = 2,
    only: Annotated[str, typer.Option(help=f"Some of {','.join(SCENARIOS)}, separated by commas.")] = "",
    output: Annotated[Path, typer.Option(help="Folder for scale.json and scale.png.")] = ROOT
    / "artifacts"
    / "scale",
) -> None:
    """Run servers behind HAProxy, with Redis, while one dies, hangs, leaves or refuses. Exit code 1 for an
    answer that was lost or wrong."""
    console = Console(width=110)
    wanted = [name.strip() for name in only.split(",") if name.strip()] or list(SCENARIOS)
    if unknown := set(wanted) - set(SCENARIOS):
        raise typer.BadParameter(
            f"--only does not know {', '.join(sorted(unknown))}, only {', '.join(SCENARIOS)}"
        )
    if missing := [name for name in ("haproxy", "redis-server") if shutil.which(name) is None]:
        console.print(f"Needs {' and '.join(missing)}: apt install {' '.join(missing)}", style="red")
        raise typer.Exit(1)
    results: list[Result] = []
    with (
        tempfile.TemporaryDirectory(prefix="paishi-scale-") as name,
        ended_at_last(),
        running_cluster(Path(name), servers) as cluster,
    ):
        traffic = Traffic(cluster, photos_to_send())
        for scenario in wanted:
            console.print(scenario, style="dim")
            results.append(SCENARIOS[scenario](traffic))
            for fault in results[-1].faults[:5]:
                console.print(f"  {fault}", style="red", markup=False)
    print_table(results, servers, console)
    output.mkdir(parents=True, exist_ok=True)
    body = {"servers": servers, "results": [as_json(result) for result in results]}
    (output / "scale.json").write_text(json.dumps(body) + "\n", "utf-8")
    draw(results, output / "scale.png")
    console.print(f"{output}/scale.json and scale.png", style="dim", soft_wrap=True)
    if any(result.faults for result in results):
        raise typer.Exit(1)


if __name__ == "__main__":
    enter_namespace()
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(scale)
    app(prog_name="python -m tests.scale")
