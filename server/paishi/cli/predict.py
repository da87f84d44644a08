from pathlib import Path
from typing import Annotated

import typer

from paishi.cli.errors import check_model, read_settings


def predict(
    paths: Annotated[
        list[Path], typer.Argument(metavar="FILE-OR-FOLDER...", help="Photos, or folders of photos.")
    ],
    top: Annotated[int, typer.Option(min=1, max=20, help="Number of names.")] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object per line.")] = False,
    model: Annotated[str | None, typer.Option(help="Overrides PAISHI_MODEL.")] = None,
) -> None:
    """Name what is on photos, without a server; exit code 1 if some could not be read."""
    settings = read_settings(model=model)
    check_model(settings)
    # Imported here, so that the other commands start without NumPy and the runtimes.
    from paishi.cli.batch_predict import name_photos

    if not name_photos(settings, paths, top, as_json):
        raise typer.Exit(1)
