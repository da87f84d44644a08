"""Runs `Gradients` for `gradients_process.py`, one call after the other.

`python -m paishi.models.keras.gradients_worker NAME WEIGHTS` ends with the server.
"""

import os
import queue
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from paishi.models.catalogue import find_backbone
from paishi.models.errors import ModelError
from paishi.models.keras.gradients_process import Message, receive, send

if TYPE_CHECKING:
    from paishi.models.keras.gradients import Gradients

_NICENESS = 10
_BASE = 4_000_000_000
"""Bytes for TensorFlow, whose threads reserve far more than they use."""
_TIMES_WEIGHTS = 8
"""Copies of the weights, and values between layers, that fit into memory."""

Request = tuple[Message, NDArray[Any]]
_NOTHING = np.zeros(0, np.float32)


def main(name: str, weights: str) -> None:
    requests, answers = os.fdopen(0, "rb"), os.fdopen(os.dup(1), "wb")
    # Libraries print remarks, which must not mix with answers or the log.
    silence = os.open(os.devnull, os.O_RDWR)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    waiting: queue.Queue[Request] = queue.Queue()
    threading.Thread(target=_receive, args=(requests, waiting), daemon=True).start()
    _yield_to_the_server(Path(weights).stat().st_size)
    try:
        from paishi.models.keras.gradients import Gradients

        gradients = Gradients(find_backbone(name), Path(weights))
        send(answers, {}, _NOTHING)
        while True:
            _answer(gradients, *waiting.get(), answers)
    except Exception as error:
        kind = type(error).__name__ if isinstance(error, ModelError) else ""
        send(answers, {"error": kind, "message": str(error) or type(error).__name__}, _NOTHING)
        os._exit(1)


def _answer(gradients: "Gradients", request: Message, views: NDArray[np.uint8], answers: IO[bytes]) -> None:
    try:
        if "index" in request:
            values = gradients.class_activation(views, request["index"])
        else:
            values = gradients.features(views, request["layer"])
    except ModelError as error:  # such as an unknown layer, after which the next call may succeed
        send(answers, {"error": type(error).__name__, "message": str(error)}, _NOTHING)
    else:
        send(answers, {}, values)


def _receive(requests: IO[bytes], waiting: "queue.Queue[Request]") -> None:
    # Reads all the time, to notice the end of the server during a call as well.
    try:
        while True:
            waiting.put(receive(requests))
    finally:
        os._exit(0)


def _yield_to_the_server(weights: int) -> None:
    """Gives the server the processor and the memory first, and bounds this process's memory."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
    if sys.platform == "win32":
        return
    import resource

    os.nice(_NICENESS)
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    limit = _BASE + _TIMES_WEIGHTS * weights
    with suppress(ValueError, OSError):  # macOS may refuse
        resource.setrlimit(
            resource.RLIMIT_DATA, (limit if most == resource.RLIM_INFINITY else min(limit, most), most)
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
