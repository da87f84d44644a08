"""`python -m server`: what an operator types."""

import typer

from server.cli.corrections import corrections
from server.cli.key import key
from server.cli.models import models
from server.cli.predict import predict
from server.cli.serve import serve
from server.cli.show_settings import settings
from server.cli.use import use
from server.cli.weights import weights

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
for command in (serve, use, predict, models, settings):
    app.command()(command)
app.add_typer(weights, name="weights")
app.add_typer(corrections, name="corrections")
app.add_typer(key, name="key")
