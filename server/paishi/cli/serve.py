from typing import Annotated

import typer

from paishi.cli.errors import check_model, fail, read_settings
from paishi.settings import Misconfigured


def serve(
    host: Annotated[str | None, typer.Option(help="Overrides PAISHI_HOST.")] = None,
    port: Annotated[int | None, typer.Option(help="Overrides PAISHI_PORT.")] = None,
    model: Annotated[str | None, typer.Option(help="Overrides PAISHI_MODEL.")] = None,
) -> None:
    """Start the server; all other settings come from the environment."""
    settings = read_settings(host=host, port=port, model=model)
    check_model(settings)
    # Imported here, so that the other commands start without NumPy and the web server.
    from paishi.cli.start import start

    try:
        start(settings)
    except Misconfigured as error:
        fail(str(error))
