from pathlib import Path
from typing import Annotated

import typer

from paishi.cli.errors import read_settings
from paishi.cli.resolve import check_model


def predict(
    paths: Annotated[
        list[Path], typer.Argument(metavar="FILE-OR-FOLDER...", help="Photos, or folders of them.")
    ],
    top: Annotated[int, typer.Option(min=1, max=20, help="How many names.")] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line and photo.")] = False,
    model: Annotated[str | None, typer.Option(help="Instead of PAISHI_MODEL.")] = None,
) -> None:
    """Name what is on photos, without a server; exit code 1 where some could not be read."""
    settings = read_settings(model=model)
    check_model(settings)
    # Here and not above: the other commands answer at once, without NumPy and all that recognises.
    from paishi.cli.batch_predict import name_photos

    if not name_photos(settings, paths, top, as_json):
        raise typer.Exit(1)
