"""Gradients and layer outputs by Keras in a process of its own. Importing this loads no Keras.

TensorFlow would stay in the server until its end, with half a gigabyte.
"""

import contextlib
import json
import math
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from paishi.models.errors import InsightInterrupted, ModelError
from paishi.system.cpu_budget import limited_elsewhere

_ROOT = Path(__file__).parents[2]
_START_S = 300.0
_CALL_S = 60.0
"""Longest call. Keras traces a graph for each new layer: NASNetLarge took 4.4 s for that on four cores."""
_IDLE_S = 60.0

Message = dict[str, Any]


class GradientsProcess:
    """Starts a process with `Gradients` of the backbone `name` and gives its results.

    The process ends a minute after the last call, if a call takes longer than a minute, and with the server.
    Calls of several threads wait for each other. The constructor takes seconds and raises the errors of
    `Gradients` and InsightInterrupted, which every call may raise.
    """

    def __init__(self, name: str, weights: Path) -> None:
        self._lock = threading.Lock()
        self._idle = threading.Timer(_IDLE_S, self._end_idle)
        try:
            # Not multiprocessing, which would import the main program again; not every program allows that.
            self._process = subprocess.Popen(
                [sys.executable, "-m", "paishi.models.keras.gradients_worker", name, str(weights)],
                cwd=_ROOT,
                stdin=subprocess.PIPE,  # closes if this process ends, however that happens
                stdout=subprocess.PIPE,
                start_new_session=True,  # Ctrl-C reaches the server alone, which ends it
            )
        except OSError as error:
            raise _interrupted(f"did not start ({error.strerror})") from error
        try:
            with self._within(_START_S):
                self._receive()
        except BaseException:
            self.close()
            raise

    def class_activation(self, views: NDArray[np.uint8], index: int) -> NDArray[np.float32]:
        """As `Gradients.class_activation`."""
        return self._call({"index": index}, views)

    def features(self, views: NDArray[np.uint8], layer: str | None) -> NDArray[np.float32]:
        """As `Gradients.features`."""
        return self._call({"layer": layer}, views)

    def keep(self) -> bool:
        """Returns whether the process lives, which it then does until the next call."""
        with self._lock:
            self._wait_for_call()
            return self._process.poll() is None

    def close(self) -> None:
        """Ends the process. A call in another thread raises InsightInterrupted."""
        self._process.kill()
        self._process.wait()
        with self._lock:
            self._wait_for_call()
            for pipe in (self._process.stdin, self._process.stdout):
                with contextlib.suppress(OSError):
                    assert pipe
                    pipe.close()

    def _call(self, request: Message, views: NDArray[np.uint8]) -> NDArray[np.float32]:
        # The time limit is here, so that the server is not taken for hanging.
        with limited_elsewhere(), self._within(_CALL_S):
            assert self._process.stdin
            send(self._process.stdin, request, views)
            return self._receive()

    def _receive(self) -> NDArray[np.float32]:
        assert self._process.stdout
        head, values = receive(self._process.stdout)
        if "error" in head:
            kinds = {kind.__name__: kind for kind in ModelError.__subclasses__()}
            if head["error"] in kinds:
                raise kinds[head["error"]](head["message"])
            raise _interrupted(f"failed ({head['message']})")
        return values

    @contextlib.contextmanager
    def _within(self, limit_s: float) -> Iterator[None]:
        """Ends the process if the block takes longer, or fails, and otherwise a while after it."""
        limit = threading.Timer(limit_s, self._process.kill)
        limit.daemon = True
        try:
            with self._lock:
                self._wait_for_call()
                limit.start()
                try:
                    yield
                finally:
                    limit.cancel()
                    self._idle.start()
        except (OSError, ValueError, EOFError) as error:
            self.close()
            raise _interrupted(f"ended with {self._process.returncode}") from error
        except InsightInterrupted:
            self.close()
            raise

    def _wait_for_call(self) -> None:
        """Stops the idle timer. Requires the lock."""
        self._idle.cancel()
        self._idle = threading.Timer(_IDLE_S, self._end_idle)
        self._idle.daemon = True

    def _end_idle(self) -> None:
        with self._lock:
            if threading.current_thread() is self._idle:  # no call has come meanwhile
                self._process.kill()
                self._process.wait()


def _interrupted(how: str) -> InsightInterrupted:
    return InsightInterrupted(
        f"The process that runs Keras for an explanation {how}. Try again; if that stays so, the server has "
        "too little memory for it."
    )


def send(pipe: IO[bytes], head: Message, values: NDArray[Any]) -> None:
    """Sends a message with an array. Raises OSError if the other side has ended."""
    about = {**head, "shape": values.shape, "dtype": values.dtype.name}
    pipe.write(json.dumps(about).encode() + b"\n")
    pipe.write(np.ascontiguousarray(values).tobytes())
    pipe.flush()


def receive(pipe: IO[bytes]) -> tuple[Message, NDArray[Any]]:
    """Receives a message with an array. Raises EOFError if the other side has ended."""
    line = pipe.readline()
    if not line.endswith(b"\n"):
        raise EOFError
    head: Message = json.loads(line)
    shape, dtype = head.pop("shape"), np.dtype(head.pop("dtype"))
    length = math.prod(shape) * dtype.itemsize
    data = pipe.read(length)
    if len(data) < length:
        raise EOFError
    return head, np.frombuffer(data, dtype).reshape(shape)
