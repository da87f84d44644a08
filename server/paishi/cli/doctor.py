import json
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from paishi import __version__

if TYPE_CHECKING:
    from paishi.cli.diagnosis import Finding

_STYLES = {"ok": "green", "note": "yellow", "wrong": "red"}


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON object.")] = False,
    offline: Annotated[bool, typer.Option("--offline", help="Ask no other machine.")] = False,
) -> None:
    """Check this machine and the settings; exit with 1 if the server would not start or lack its model.

    It starts no model, changes nothing and shows no secret: its output belongs into every report of a fault.
    """
    # Imported here, so that the other commands start without HTTPX.
    from paishi.cli.diagnosis import diagnose

    found = list(diagnose(offline))
    wrong = sum(one.state == "wrong" for one in found)
    if as_json:
        checks = [one._asdict() for one in found]
        print(json.dumps({"version": __version__, "ok": not wrong, "checks": checks}, indent=1))
    else:
        _print(found)
    if wrong:
        raise typer.Exit(1)


def _print(found: "list[Finding]") -> None:
    console = Console(emoji=False, markup=False, highlight=False)
    console.print(f"paishi {__version__}")
    width = max(len(one.name) for one in found)
    for one in found:
        line = Text(f"{one.state:5}  ", style=_STYLES[one.state])
        line.append(f"{one.name:{width}}  {one.found}", style="default")
        console.print(line, soft_wrap=True)  # in one piece, so that it can be pasted
        if one.advice:
            console.print(f"{'':{width + 9}}{one.advice}", soft_wrap=True)
