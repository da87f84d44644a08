from typing import Annotated

import typer

from paishi.cli.errors import fail, read_settings
from paishi.cli.resolve import check_model
from paishi.settings import Misconfigured


def serve(
    host: Annotated[str | None, typer.Option(help="Instead of PAISHI_HOST.")] = None,
    port: Annotated[int | None, typer.Option(help="Instead of PAISHI_PORT.")] = None,
    model: Annotated[str | None, typer.Option(help="Instead of PAISHI_MODEL.")] = None,
) -> None:
    """Start the server; every other setting comes from the environment."""
    settings = read_settings(host=host, port=port, model=model)
    check_model(settings)
    # Here and not above: the other commands answer at once, without NumPy and all that serves.
    from paishi.cli.start import start

    try:
        start(settings)
    except Misconfigured as error:
        fail(str(error))
