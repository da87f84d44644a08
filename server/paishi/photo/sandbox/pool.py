"""Processes that decode what may take too long, so that it can be killed. Threads cannot be."""

import contextlib
import logging
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO

from PIL import Image

from paishi.photo.decoders.formats import Format
from paishi.photo.decoders.options import DecodeOptions
from paishi.photo.sandbox.ipc import READY, Gone, receive_answer, send_request
from paishi.photo.sandbox.time_limit import PATIENCE, TimeLimit
from paishi.problems.kinds import PhotoError, PhotoTakesTooLong, PhotoUnreadable

_ROOT = Path(__file__).parents[2]
_IDLE_S = 60.0
_START_S = 60.0
_SPARE_S = 5.0  # longer than we would wait ourselves

log = logging.getLogger(__name__)


class WorkerPool:
    """At most `at_once` processes, each started when it is needed and kept for a minute after its last photo.

    A photo that takes longer than `limit_s` seconds there costs its process, and nothing else.
    """

    def __init__(self, limit_s: float, at_once: int) -> None:
        self._limit_s = limit_s
        self._room = threading.BoundedSemaphore(at_once)
        self._lock = threading.Lock()
        self._idle: list[_Worker] = []
        self._closed = False
        self._rest: threading.Timer | None = None

    def decode(self, kind: Format, data: bytes, options: DecodeOptions) -> Image.Image:
        """As `decode_here`, and reduced further if `options.short_side` allows that.

        Raises `PhotoTakesTooLong` besides.
        """
        with self._room:
            worker = self._take()
            try:
                return worker.decode(kind, data, options)
            finally:
                self._put(worker)

    def end_idle(self) -> None:
        """Ends those that wait for a photo, and waits for their end."""
        with self._lock:
            idle, self._idle = self._idle, []
            if self._rest:
                self._rest.cancel()
        for worker in idle:
            worker.end()

    def close(self) -> None:
        """As `end_idle`, and the others end after the photo that they have in hand."""
        self._closed = True
        self.end_idle()

    def _take(self) -> "_Worker":
        while True:
            with self._lock:
                worker = self._idle.pop() if self._idle else None
            if worker is None:
                return _Worker(self._limit_s)
            if worker.lives:
                return worker
            worker.end()

    def _put(self, worker: "_Worker") -> None:
        with self._lock:
            keep = worker.lives and not self._closed
            if keep:
                self._idle.append(worker)
                if self._rest:
                    self._rest.cancel()
                self._rest = threading.Timer(_IDLE_S, self.end_idle)
                self._rest.daemon = True
                self._rest.start()
        if not keep:
            worker.end()


class _Worker:
    def __init__(self, limit_s: float) -> None:
        self._limit_s = limit_s
        # Not multiprocessing: it would run the program's own start again, and not every program bears that.
        self._process = subprocess.Popen(
            [sys.executable, "-m", "paishi.photo.sandbox.worker", str(PATIENCE * limit_s + _SPARE_S)],
            cwd=_ROOT,
            stdin=subprocess.PIPE,  # is shut when this process ends, however that happens
            stdout=subprocess.PIPE,
        )
        self._spent = False
        try:
            with TimeLimit(self._process, _START_S):
                if self._answers.read(1) != READY:
                    raise RuntimeError("the process that decodes photos did not start")
        except BaseException:
            self.end()
            raise

    @property
    def lives(self) -> bool:
        return not self._spent and self._process.poll() is None

    @property
    def _answers(self) -> IO[bytes]:
        assert self._process.stdout
        return self._process.stdout

    def decode(self, kind: Format, data: bytes, options: DecodeOptions) -> Image.Image:
        assert self._process.stdin
        limit = TimeLimit(self._process, self._limit_s)
        try:
            with limit:
                send_request(self._process.stdin, kind, data, options)
                return receive_answer(self._answers)
        except PhotoError:
            raise
        except (OSError, Gone) as error:
            self._spent = True
            if limit.exceeded:
                raise PhotoTakesTooLong(
                    f"Reading the photo was given up after {self._limit_s:g} s: send it smaller, as JPEG."
                ) from error
            log.warning("decoding a %s photo ended its process with %s", kind, self._process.wait())
            raise PhotoUnreadable(f"The {kind} photo is damaged: send it again, as JPEG.") from error
        except BaseException:
            self._spent = True  # half an answer may lie in the pipe
            raise
        finally:
            self._spent |= limit.exceeded

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                assert pipe
                pipe.close()
