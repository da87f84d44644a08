from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from paishi.cli.errors import fail, network, read_settings, say
from paishi.control.client_side import SwapFailed, request
from paishi.control.messages import ServerRecord
from paishi.control.run_folder import RunFolder
from paishi.models.custom.folder import folder_of, names_folder
from paishi.models.weights.source import is_published
from paishi.settings import Settings


def use(
    name: Annotated[str, typer.Argument(metavar="NAME", help="As PAISHI_MODEL.")],
    weights: Annotated[
        str | None,
        typer.Option(
            help="As PAISHI_WEIGHTS. Without it, those of the running server for its own network, "
            "else the published ones."
        ),
    ] = None,
    port: Annotated[int | None, typer.Option(help="Which server, where several run.")] = None,
) -> None:
    """Make a running server of this user answer with another network; no request fails meanwhile."""
    settings = read_settings(port=port)
    model = _meant(name)
    folder = RunFolder(settings.keras_home)
    found = _which(folder, settings)
    console = Console(stderr=True)
    with console.status(Text(f"{model} is being loaded beside {found.model} …")) as status:

        def show(percent: int | None) -> None:
            if percent is not None:
                status.update(Text(f"{model}: {percent} % of its weights are here"))

        try:
            request(folder, found.port, model, _absolute(weights), show)
        except SwapFailed as error:
            failure = str(error)
        else:
            failure = ""
    if failure:
        fail(f"{model} was not taken: {failure}", 1)
    say(f"Port {found.port} answers with {model} now. At its next start PAISHI_MODEL decides again.")


def _meant(name: str) -> str:
    """A folder is left to the server to look into: it may be in another container, which sees others."""
    return str(folder_of(name)) if names_folder(name) else network(name).name


def _which(folder: RunFolder, settings: Settings) -> ServerRecord:
    try:
        running = folder.running()
        if not running:
            folder.make()  # where that fails, no server can have made itself known
    except (OSError, ValueError) as error:
        reason = error.strerror or error if isinstance(error, OSError) else error
        fail(f"{folder.path}, where running servers are told what to do, cannot be used: {reason}.", 1)
    chosen = settings.port if "port" in settings.model_fields_set else None
    matching = [record for record in running if chosen in (None, record.port)]
    if not matching:
        where = "" if chosen is None else f" on port {chosen}"
        fail(f"No server of this user runs{where} with KERAS_HOME={settings.keras_home}.", 1)
    if len(matching) > 1:
        several = ", ".join(f"{record.port} ({record.model})" for record in matching)
        fail(f"Several servers run, on ports {several}. Say which: --port {matching[0].port}.")
    return matching[0]


def _absolute(weights: str | None) -> str | None:
    """The server may have been started in another folder."""
    if weights is None or is_published(weights) or "://" in weights:
        return weights
    return str(Path(weights).expanduser().absolute())
