"""The commands of `paishi`, which is also `python -m paishi`."""

import typer

from paishi.cli.corrections import corrections
from paishi.cli.key import key
from paishi.cli.models import models
from paishi.cli.predict import predict
from paishi.cli.serve import serve
from paishi.cli.show_settings import settings
from paishi.cli.use import use
from paishi.cli.weights import weights

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
for command in (serve, use, predict, models, settings):
    app.command()(command)
app.add_typer(weights, name="weights")
app.add_typer(corrections, name="corrections")
app.add_typer(key, name="key")
