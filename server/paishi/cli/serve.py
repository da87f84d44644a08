import os
from typing import Annotated

import typer

from paishi.cli.errors import check_model, fail, read_settings
from paishi.settings import Misconfigured
from paishi.system.importing import uncollected

_LARGEST_PORT = 65535


def serve(
    host: Annotated[str | None, typer.Option(help="Overrides PAISHI_HOST.")] = None,
    port: Annotated[int | None, typer.Option(help="Overrides PAISHI_PORT, as that does PORT.")] = None,
    model: Annotated[str | None, typer.Option(help="Overrides PAISHI_MODEL.")] = None,
) -> None:
    """Start the server; all other settings come from the environment."""
    settings = read_settings(host=host, port=_port_of_platform() if port is None else port, model=model)
    check_model(settings)
    # Imported here, so that the other commands start without NumPy and the web server.
    with uncollected():
        from paishi.cli.start import start

    try:
        start(settings)
    except Misconfigured as error:
        fail(str(error))


def _port_of_platform() -> int | None:
    """Returns PORT, in which platforms such as 微信云托管 pass a program its port, or None if PAISHI_PORT is
    set."""
    given = os.environ.get("PORT", "")
    if not given or any(value and name.upper() == "PAISHI_PORT" for name, value in os.environ.items()):
        return None
    if not given.isdecimal() or int(given) > _LARGEST_PORT:
        fail(f"PORT: should be a number up to {_LARGEST_PORT}, but it is {given!r}. Or set PAISHI_PORT.")
    return int(given)
