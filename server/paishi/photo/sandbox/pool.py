"""Pool of processes that decode costly photos, because threads cannot be killed."""

import contextlib
import logging
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO

from PIL import Image

from paishi.photo.decoders.formats import Format
from paishi.photo.decoders.in_process import DecodeOptions
from paishi.photo.sandbox.ipc import READY, Gone, receive_answer, send_request
from paishi.photo.sandbox.limits import EXCEEDED, PIXELS_IN_TIME, has_crashed
from paishi.problems.kinds import PhotoError, PhotoTakesTooLong, PhotoUnreadable, ResourcesExhausted

_ROOT = Path(__file__).parents[2]
_IDLE_S = 60.0
_START_S = 60.0

log = logging.getLogger(__name__)


class WorkerPool:
    """At most `at_once` processes, each started on demand and kept for a minute after the last photo.

    A photo that takes longer than `limit_s` seconds per 12 megapixels ends its process, and nothing else.
    """

    def __init__(self, limit_s: float, at_once: int) -> None:
        self._limit_s = limit_s
        self._room = threading.BoundedSemaphore(at_once)
        self._lock = threading.Lock()
        self._idle: list[_Worker] = []
        self._closed = False
        self._idle_timer: threading.Timer | None = None

    def decode(self, kind: Format, data: bytes, options: DecodeOptions) -> Image.Image:
        """Decodes like `decode_here`, but may reduce any format to `options.short_side`.

        Raises the same errors and `PhotoTakesTooLong`; `ResourcesExhausted` if the process cannot start or
        another one kills it, and a second, new process fares no better.
        """
        with self._room:
            for take in (self._take, self._start):
                try:
                    worker = take()
                    try:
                        return worker.decode(kind, data, options)
                    finally:
                        self._put(worker)
                except _WorkerLost as error:
                    log.warning("a process that decodes photos %s", error)
            raise ResourcesExhausted

    def end_idle(self) -> None:
        """Ends idle processes and waits for their end."""
        with self._lock:
            idle, self._idle = self._idle, []
            if self._idle_timer:
                self._idle_timer.cancel()
        for worker in idle:
            worker.end()

    def close(self) -> None:
        """Ends idle processes now and the others after their current photo."""
        self._closed = True
        self.end_idle()

    def _take(self) -> "_Worker":
        while True:
            with self._lock:
                worker = self._idle.pop() if self._idle else None
            if worker is None:
                return self._start()
            if worker.lives:
                return worker
            worker.end()

    def _start(self) -> "_Worker":
        return _Worker(self._limit_s)

    def _put(self, worker: "_Worker") -> None:
        with self._lock:
            keep = worker.lives and not self._closed
            if keep:
                self._idle.append(worker)
                if self._idle_timer:
                    self._idle_timer.cancel()
                with contextlib.suppress(RuntimeError):  # no thread left: the next photo starts a timer
                    self._idle_timer = _start_timer(_IDLE_S, self.end_idle)
        if not keep:
            worker.end()


class _WorkerLost(Exception):
    """A process could not start or was killed, which is not the photo's fault."""


class _Worker:
    """Raises _WorkerLost if the process cannot start."""

    def __init__(self, limit_s: float) -> None:
        self._limit_s = limit_s
        self._failed = False
        try:
            # Not multiprocessing, which would import the main program again; not every program allows that.
            self._process = subprocess.Popen(
                [sys.executable, "-m", "paishi.photo.sandbox.worker", str(limit_s)],
                cwd=_ROOT,
                stdin=subprocess.PIPE,  # closes if this process ends, however that happens
                stdout=subprocess.PIPE,
            )
        except (OSError, MemoryError) as error:
            raise _WorkerLost(f"cannot start: {error}") from error
        try:
            self._wait_until_ready()
        except BaseException:
            self.end()
            raise

    def _wait_until_ready(self) -> None:
        try:
            timer = _start_timer(_START_S, self._process.kill)
        except RuntimeError as error:  # no thread left
            raise _WorkerLost(f"cannot start: {error}") from error
        try:
            if self._answers.read(1) != READY:
                raise _WorkerLost(f"ended with {self._process.wait()} while it started")
        finally:
            timer.cancel()

    @property
    def lives(self) -> bool:
        return not self._failed and self._process.poll() is None

    @property
    def _answers(self) -> IO[bytes]:
        assert self._process.stdout
        return self._process.stdout

    def decode(self, kind: Format, data: bytes, options: DecodeOptions) -> Image.Image:
        assert self._process.stdin
        try:
            send_request(self._process.stdin, kind, data, options)
            return receive_answer(self._answers)
        except PhotoError:
            raise
        except (OSError, Gone) as error:
            self._failed = True
            code = self._process.wait()
            if code in EXCEEDED:
                raise PhotoTakesTooLong(
                    f"Reading the photo took more than {self._limit_s:g} s per {PIXELS_IN_TIME // 1_000_000} "
                    "megapixels and was given up: send it smaller, as JPEG."
                ) from error
            if not has_crashed(code):
                raise _WorkerLost(f"ended with {code} in the middle of a {kind} photo") from error
            log.warning("decoding a %s photo ended its process with %s", kind, code)
            raise PhotoUnreadable(f"The {kind} photo is damaged: send it again, as JPEG.") from error
        except BaseException:
            self._failed = True  # the pipe may hold half an answer
            raise

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                assert pipe
                pipe.close()


def _start_timer(seconds: float, work: Callable[[], object]) -> threading.Timer:
    timer = threading.Timer(seconds, work)
    timer.daemon = True
    timer.start()
    return timer
