"""The operator's side: gives a running server an order and waits for what comes of it."""

import secrets
import time
from collections.abc import Callable

from filelock import Timeout

from paishi.control.messages import Order, Outcome
from paishi.control.run_folder import RunFolder, read_outcome, write

_LOOK_EVERY_S = 0.1
_TAKEN_WITHIN_S = 30.0


class OrderFailed(Exception):
    """Why, for the operator."""


def order(
    folder: RunFolder,
    port: int,
    model: str,
    weights: str | None,
    on_progress: Callable[[int | None], None] = lambda percent: None,
) -> None:
    """Returns when the server on `port` answers with `model`.

    `on_progress` gets the percent of the weights received, None while nothing is downloaded. Raises
    OrderFailed, and then the server answers with the network that it had, or has ended.
    """
    try:
        with folder.alone(port):
            _order(folder, port, Order(id=secrets.token_hex(8), model=model, weights=weights), on_progress)
    except Timeout as error:
        raise OrderFailed(
            f"The server on port {port} is being told to take another network just now."
        ) from error
    except OSError as error:
        raise OrderFailed(f"{folder.path} cannot be used: {error.strerror or error}.") from error
    except ValueError as error:
        raise OrderFailed(str(error)) from error


def _order(folder: RunFolder, port: int, wanted: Order, on_progress: Callable[[int | None], None]) -> None:
    try:
        write(folder.order(port), wanted)
        _wait(folder, port, wanted.id, on_progress)
    finally:
        folder.order(port).unlink(missing_ok=True)


def _wait(folder: RunFolder, port: int, wanted: str, on_progress: Callable[[int | None], None]) -> None:
    until = time.monotonic() + _TAKEN_WITHIN_S
    outcome: Outcome | None = None
    while outcome is None or outcome.state == "loading":
        if not folder.runs(port):
            raise OrderFailed(f"The server on port {port} ended before it could answer with another network.")
        # Taken late while the server reloads what it has, after SIGHUP.
        if outcome is None and time.monotonic() > until:
            raise OrderFailed(
                f"The server on port {port} did not take the order within {_TAKEN_WITHIN_S:g} s."
            )
        time.sleep(_LOOK_EVERY_S)
        outcome = read_outcome(folder, port, wanted)
        if outcome:
            on_progress(outcome.percent)
    if outcome.state == "failed":
        raise OrderFailed(outcome.reason)
