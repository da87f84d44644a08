"""The operator's side: gives a running server an order and waits for what comes of it."""

import secrets
import time
from collections.abc import Callable

from filelock import Timeout

from paishi.control.messages import SwapRequest, SwapStatus
from paishi.control.run_folder import RunFolder, read_status, write

_LOOK_EVERY_S = 0.1
_TAKEN_WITHIN_S = 30.0


class SwapFailed(Exception):
    """Why, for the operator."""


def request(
    folder: RunFolder,
    port: int,
    model: str,
    weights: str | None,
    on_progress: Callable[[int | None], None] = lambda percent: None,
) -> None:
    """Returns when the server on `port` answers with `model`.

    `on_progress` gets the percent of the weights received, None while nothing is downloaded. Raises
    SwapFailed, and then the server answers with the network that it had, or has ended.
    """
    try:
        with folder.alone(port):
            _order(
                folder, port, SwapRequest(id=secrets.token_hex(8), model=model, weights=weights), on_progress
            )
    except Timeout as error:
        raise SwapFailed(
            f"The server on port {port} is being told to take another network just now."
        ) from error
    except OSError as error:
        raise SwapFailed(f"{folder.path} cannot be used: {error.strerror or error}.") from error
    except ValueError as error:
        raise SwapFailed(str(error)) from error


def _order(
    folder: RunFolder, port: int, wanted: SwapRequest, on_progress: Callable[[int | None], None]
) -> None:
    try:
        write(folder.request(port), wanted)
        _wait(folder, port, wanted.id, on_progress)
    finally:
        folder.request(port).unlink(missing_ok=True)


def _wait(folder: RunFolder, port: int, wanted: str, on_progress: Callable[[int | None], None]) -> None:
    until = time.monotonic() + _TAKEN_WITHIN_S
    status: SwapStatus | None = None
    while status is None or status.state == "loading":
        if not folder.runs(port):
            raise SwapFailed(f"The server on port {port} ended before it could answer with another network.")
        # Taken late while the server reloads what it has, after SIGHUP.
        if status is None and time.monotonic() > until:
            raise SwapFailed(
                f"The server on port {port} did not take the order within {_TAKEN_WITHIN_S:g} s."
            )
        time.sleep(_LOOK_EVERY_S)
        status = read_status(folder, port, wanted)
        if status:
            on_progress(status.percent)
    if status.state == "failed":
        raise SwapFailed(status.reason)
