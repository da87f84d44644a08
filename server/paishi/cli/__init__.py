"""The commands of `paishi`, which is also `python -m paishi`."""

from typing import Annotated

import typer

from paishi import __version__
from paishi.cli.corrections import corrections
from paishi.cli.key import key
from paishi.cli.models import models
from paishi.cli.predict import predict
from paishi.cli.serve import serve
from paishi.cli.show_settings import settings
from paishi.cli.use import use
from paishi.cli.weights import weights

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"paishi {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """PaiShi 拍识: point the phone at a thing, get its name."""


for command in (serve, use, predict, models, settings):
    app.command()(command)
app.add_typer(weights, name="weights")
app.add_typer(corrections, name="corrections")
app.add_typer(key, name="key")
