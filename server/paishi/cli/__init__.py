"""The commands of `paishi`, which is also `python -m paishi`."""

import errno
import io
import os
import sys
from typing import Annotated, Any

import typer

from paishi import __version__
from paishi.cli.check import check
from paishi.cli.convert import convert
from paishi.cli.corrections import corrections
from paishi.cli.doctor import doctor
from paishi.cli.evaluate import evaluate
from paishi.cli.export import export
from paishi.cli.gallery import gallery
from paishi.cli.import_model import import_model
from paishi.cli.key import key
from paishi.cli.models import models
from paishi.cli.plan import plan
from paishi.cli.predict import predict
from paishi.cli.serve import serve
from paishi.cli.show_settings import settings
from paishi.cli.teach import teach
from paishi.cli.train import TrainCommand, train
from paishi.cli.use import use
from paishi.cli.weights import weights
from paishi.system.passing_fault import FULL_DISK

_UNWRITABLE = FULL_DISK | {errno.EIO}
"""Of a full disk, and of a terminal that has gone. typer itself ends quietly at a closed pipe."""


class _Program(typer.Typer):
    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        print_any_text()
        try:
            return super().__call__(*args, **kwargs)
        except OSError as error:
            if error.errno not in _UNWRITABLE or error.filename is not None:
                raise
            with open(os.devnull, "wb") as nowhere:  # or Python writes the rest at the exit, and fails again
                os.dup2(nowhere.fileno(), sys.stdout.fileno())
            sys.exit(f"The output cannot be written: {error.strerror}.")


def print_any_text() -> None:
    """Lets standard output and error escape characters that their encoding lacks.

    Into a file, a pipe or a service's log, Windows encodes in a code page, and POSIX possibly in ASCII:
    neither has every name of a class or a file.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # None if it is closed
            stream.reconfigure(errors="backslashreplace")


app = _Program(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


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


for command in (serve, use, predict, check, convert, evaluate, export, models, plan, settings, doctor):
    app.command()(command)
app.command(cls=TrainCommand)(train)
app.command("import")(import_model)
app.add_typer(weights, name="weights")
app.add_typer(corrections, name="corrections")
app.add_typer(teach, name="teach")
app.add_typer(key, name="key")
app.add_typer(gallery, name="gallery")
