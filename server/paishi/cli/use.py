import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from filelock import Timeout
from rich.console import Console
from rich.text import Text

from paishi.cli.errors import backbone, fail, read_settings, say
from paishi.cli.missing_weights import card
from paishi.contract import MissingWeights
from paishi.control.run_folder import RunFolder, ServerRecord, SwapRequest, write
from paishi.models.custom.folder import names_folder, path_of
from paishi.models.weights.keras_cache import is_published
from paishi.settings import Settings

_POLL_S = 0.1
_ACCEPT_WITHIN_S = 30.0  # a server that reloads after SIGHUP accepts late


class SwapFailed(Exception):
    """The server still serves its old model, or has stopped; the message is the reason, `missing` the file of
    weights that the new one lacks, if that is known."""

    def __init__(self, reason: str, missing: MissingWeights | None = None) -> None:
        super().__init__(reason)
        self.missing = missing


def use(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A model, as in PAISHI_MODEL.")],
    weights: Annotated[
        str | None,
        typer.Option(
            help="As in PAISHI_WEIGHTS. By default those of the running server for its own model, and the "
            "published ones for any other."
        ),
    ] = None,
    port: Annotated[int | None, typer.Option(help="Port of the server, if several run.")] = None,
) -> None:
    """Switch the model of a running server of this user; no request fails."""
    settings = read_settings(port=port)
    # A folder is checked by the server, which may see other files: it can run in another container.
    model = str(path_of(name)) if names_folder(name) else backbone(name).name
    if weights and not is_published(weights) and "://" not in weights:
        weights = str(Path(weights).expanduser().absolute())  # the server has another working directory
    request = SwapRequest(id=secrets.token_hex(8), model=model, weights=weights)
    folder = RunFolder(settings.keras_home)
    server = _find_server(folder, settings)
    failure = ""
    with Console(stderr=True).status(Text(f"Loading {model} beside {server.model} …")) as status:

        def show(percent: int | None) -> None:
            if percent is not None:
                status.update(Text(f"{model}: {percent} % of its weights received"))

        try:
            request_swap(folder, request, server, show)
        except SwapFailed as error:
            failure = card(model, str(error), error.missing) if error.missing else str(error)
    if failure:
        fail(f"could not switch to {model}: {failure}", 1)
    say(f"The server on port {server.port} now serves {model}. At its next start PAISHI_MODEL decides again.")


def _find_server(folder: RunFolder, settings: Settings) -> ServerRecord:
    try:
        folder.make()  # fails if no server could have registered there
        running = folder.servers()
    except (OSError, ValueError) as error:
        reason = error.strerror or error if isinstance(error, OSError) else error
        fail(f"{folder.path}, in which servers register, cannot be used: {reason}.", 1)
    chosen = settings.port if "port" in settings.model_fields_set else None
    matching = [server for server in running if chosen in (None, server.port)]
    if not matching:
        where = "" if chosen is None else f" on port {chosen}"
        fail(f"No server of this user runs{where} with KERAS_HOME={settings.keras_home}.", 1)
    if len(matching) > 1:
        several = ", ".join(f"{server.port} ({server.model})" for server in matching)
        fail(f"Several servers run, on ports {several}. Choose one: --port {matching[0].port}.")
    return matching[0]


def request_swap(
    folder: RunFolder,
    request: SwapRequest,
    server: ServerRecord,
    on_progress: Callable[[int | None], None] = lambda percent: None,
) -> None:
    """Makes the request and returns when the server has switched. Raises SwapFailed.

    `on_progress` gets the percent of the weights received, None while nothing is downloaded.
    """
    file = folder.request(server.port)
    try:
        with folder.lock(f"{server.port}.request"):
            try:
                write(file, request)
                _wait(folder, server.port, request.id, on_progress)
            finally:
                file.unlink(missing_ok=True)
    except Timeout as error:
        raise SwapFailed(f"another `paishi use` is switching the server on port {server.port}.") from error
    except OSError as error:
        raise SwapFailed(f"{folder.path} cannot be used: {error.strerror or error}.") from error
    except ValueError as error:
        raise SwapFailed(str(error)) from error


def _wait(folder: RunFolder, port: int, request: str, on_progress: Callable[[int | None], None]) -> None:
    accept_until = time.monotonic() + _ACCEPT_WITHIN_S
    while server := folder.server(port):
        if server.request != request:
            if time.monotonic() > accept_until:
                raise SwapFailed(f"the server did not accept the request within {_ACCEPT_WITHIN_S:g} s.")
        elif server.state == "failed":
            raise SwapFailed(server.reason, server.missing)
        elif server.state == "done":
            return
        else:
            on_progress(server.percent)
        time.sleep(_POLL_S)
    raise SwapFailed(f"the server on port {port} stopped before it could switch.")
