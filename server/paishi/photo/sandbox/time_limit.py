"""A process that may take only so long over a piece of work."""

import subprocess
import threading
import time

from paishi.photo.sandbox.processor_time import processor_s

PATIENCE = 4
"""How many times the limit may pass on the clock where others have the processor meanwhile."""


class TimeLimit:
    """Kills `process` where it is not through with the block in `seconds`; `exceeded` tells so afterwards.

    On Linux the seconds in which it waits for a core do not count, up to four times as many: how long a photo
    takes must not depend on who else sends one.
    """

    def __init__(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        self.exceeded = False
        self._process = process
        self._seconds = seconds
        self._lock = threading.Lock()
        self._through = False

    def __enter__(self) -> None:
        self._had = processor_s(self._process.pid)
        self._last = time.monotonic() + PATIENCE * self._seconds
        self._wait(self._seconds)

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._through = True
            self._timer.cancel()

    def _wait(self, seconds: float) -> None:
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True
        self._timer.start()

    def _end(self) -> None:
        with self._lock:
            if self._through:
                return
            left = min(self._unused(), self._last - time.monotonic())
            if left > 0:
                self._wait(left)
            else:
                self.exceeded = True
                self._process.kill()

    def _unused(self) -> float:
        has = processor_s(self._process.pid)
        return 0 if has is None or self._had is None else self._seconds - (has - self._had)
