"""Schedules pictures: all cores for one after the other, or one core each for a crowd."""

import asyncio
import logging
import math
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from time import perf_counter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from paishi.runtimes.base import RuntimeClosed
from paishi.system.cpu_budget import CpuBudget
from paishi.system.timing import Stopwatch, on_run

log = logging.getLogger(__name__)

PATIENCE_S = 0.01
"""Longest wait of a picture for all cores: about the time that decoding a phone's photo takes."""

QUIET_S = 30.0
"""How long a crowd must have been gone before a picture gets all cores again."""

_SLOWEST = 20
"""Time limit of a run before it counts as a hang, in multiples of the first run, which had all cores. Other
pictures and a slow machine make later runs take longer."""

Run = Callable[[NDArray[np.uint8]], NDArray[np.float32]]
"""One picture (1, height, width, 3) uint8 to the values of its outputs, one row (1, values) float32."""

LoadRuns = Callable[[int], Sequence[Run]]
"""Number of pictures at once to as many functions, which share all cores."""


@dataclass(eq=False, slots=True)
class _Request:
    """A call's pending result: one row per picture, filled in any order.

    `fill` and `fail` need the scheduler's lock, because a future must not be settled twice.
    """

    rows: list[NDArray[np.float32] | None]
    answer: Future[NDArray[np.float32]] = field(default_factory=Future)
    stopwatch: Stopwatch = field(default_factory=lambda: Stopwatch(on_run))

    def fill(self, row: int, values: NDArray[np.float32]) -> None:
        self.rows[row] = values
        done = [values for values in self.rows if values is not None]
        if len(done) == len(self.rows) and not self.answer.done():
            self.answer.set_result(np.concatenate(done))

    def fail(self, error: BaseException) -> None:
        if not self.answer.done():
            self.answer.set_exception(error)


class _Picture(NamedTuple):
    request: _Request
    row: int
    view: NDArray[np.uint8]
    came: float


class Scheduler:
    """Runs pictures in order of arrival: one by one on all of `cores`, or side by side on one core each.

    `load` makes the model ready for one of both; its last result is dropped before the next call, because
    both together would take the memory of the weights twice. The second is better for a crowd, from when that
    has lasted for as long as a load takes. After `quiet_s` without a crowd the first comes back. No picture
    waits longer for that than a load takes.
    """

    def __init__(self, load: LoadRuns, cores: CpuBudget, name: str, quiet_s: float = QUIET_S) -> None:
        self._load = load
        self._cores = cores
        self._quiet_s = quiet_s
        # Fewer would leave most cores idle. On four, a crowd of 2, 3 or 4 measured the same.
        self._crowd = max(2, cores.cores // 2)
        self._waiting: deque[_Picture] = deque()
        self._changed = cores.changed
        self._running = 0
        self._loading = False
        self._crowd_began: float | None = None
        self._crowd_seen = 0.0
        self._first_run_s = 0.0
        self._closed = False
        begun = perf_counter()
        self._runs = load(1)
        self._load_s = perf_counter() - begun
        # Daemons, so that a process without `close` can still end.
        self._threads = [
            threading.Thread(target=self._work, args=(number,), name=f"{name} {number}", daemon=True)
            for number in range(cores.cores)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def at_once(self) -> int:
        """Pictures that run side by side now; 0 while the model is made ready."""
        return len(self._runs)

    async def submit(self, views: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Returns the row of each of `views`, in order.

        Raises the error of any of their runs, RuntimeClosed after `close`. Cancelling removes the waiting
        ones from the queue.
        """
        request = _Request([None] * len(views))
        # From here on only `_leave` withdraws it: setting a result on a cancelled future would raise.
        request.answer.set_running_or_notify_cancel()
        with self._changed:
            if self._closed:
                raise RuntimeClosed
            now = perf_counter()
            self._waiting.extend(
                _Picture(request, row, views[row : row + 1], now) for row in range(len(views))
            )
            self._cores.expect(len(views))
            self._look_for_crowd(now)
            self._changed.notify_all()
        try:
            return await asyncio.wrap_future(request.answer)
        finally:
            if not request.answer.done():
                self._leave(request)

    def close(self) -> None:
        """Fails waiting pictures with RuntimeClosed and returns when the running ones are done."""
        with self._changed:
            self._closed = True
            for picture in self._waiting:
                picture.request.fail(RuntimeClosed())
            self._cores.expect(-len(self._waiting))
            self._waiting.clear()
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def _leave(self, request: _Request) -> None:
        """Removes the request's waiting pictures from the queue."""
        with self._changed:
            staying = deque(picture for picture in self._waiting if picture.request is not request)
            if gone := len(self._waiting) - len(staying):
                self._waiting = staying
                self._cores.expect(-gone)

    def _work(self, number: int) -> None:
        while taken := self._take(number):
            picture, run, cores = taken
            begun, at_once = perf_counter(), self._running
            # The first run never counts as a hang: it is the self-test and allocates memory for all others.
            with self._cores.counted(_SLOWEST * self._first_run_s or math.inf):
                outcome = _attempt(run, picture.view)
            del taken, run  # what is referenced here could not be dropped
            self._first_run_s = self._first_run_s or perf_counter() - begun
            picture.request.stopwatch.report(begun, at_once)
            with self._changed:
                # Before the result is set: its client may send the next photo at once, which then runs alone.
                self._running -= 1
                self._cores.give(cores)
                if isinstance(outcome, BaseException):
                    self._leave(picture.request)
                    picture.request.fail(outcome)
                else:
                    picture.request.fill(picture.row, outcome)

    def _take(self, number: int) -> tuple[_Picture, Run, int] | None:
        """Waits for a picture that thread `number` may run; returns how, and on how many cores.

        Returns None after `close`.
        """
        with self._changed:
            while not self._closed:
                now = perf_counter()
                self._look_for_crowd(now)
                wanted = self._wanted(now)
                if wanted == len(self._runs) and self._may_run(now):
                    return self._begin(number)
                if wanted != len(self._runs) and self._may_reload():
                    self._reload(wanted)
                else:
                    self._changed.wait(self._pause_s(now))
            return None

    def _look_for_crowd(self, now: float) -> None:
        if len(self._waiting) < self._crowd:
            self._crowd_began = None
        elif self._crowd_began is None:
            self._crowd_began = now
        if len(self._waiting) + self._running >= self._crowd:
            self._crowd_seen = now

    def _wanted(self, now: float) -> int:
        """How many pictures should run at once."""
        if len(self._runs) > 1:
            return 1 if now - self._crowd_seen >= self._quiet_s else len(self._runs)
        lasts = self._crowd_began is not None and now - self._crowd_began >= self._load_s
        return self._cores.cores if lasts else 1

    def _may_reload(self) -> bool:
        """Whether nothing runs, and after a failed load, somebody needs the next."""
        return not (self._running or self._loading) and bool(self._runs or self._waiting)

    def _may_run(self, now: float) -> bool:
        if not (self._waiting and self._cores.free):
            return False
        if len(self._runs) > 1:
            return True
        idle = self._cores.free == self._cores.cores
        return not self._running and (idle or now - self._waiting[0].came >= PATIENCE_S)

    def _pause_s(self, now: float) -> float | None:
        """Until the next change that no other thread tells of; None if there is none."""
        if self._running or self._loading:
            return None
        if len(self._runs) > 1:
            return max(self._crowd_seen + self._quiet_s - now, 0.0)
        if self._waiting and self._cores.free:
            return max(self._waiting[0].came + PATIENCE_S - now, 0.0)
        return None

    def _begin(self, number: int) -> tuple[_Picture, Run, int]:
        run, cores = (self._runs[number], 1) if len(self._runs) > 1 else (self._runs[0], self._cores.free)
        self._cores.take(cores)
        self._running += 1
        picture = self._waiting.popleft()
        self._cores.expect(-1)
        return picture, run, cores

    def _reload(self, pictures: int) -> None:
        """Makes the model ready for `pictures` at once, without the lock; all pictures wait meanwhile."""
        self._loading, self._runs = True, ()
        self._changed.release()
        outcome: Sequence[Run] | Exception
        try:
            with self._cores.counted():
                outcome = self._load(pictures)
        except Exception as error:  # such as too little memory
            outcome = error
        finally:
            self._changed.acquire()
            self._loading = False
        if not isinstance(outcome, Exception):
            self._runs = outcome
        elif pictures > 1:
            log.warning(
                "The model runs one picture at a time, because it cannot be loaded for more: %s", outcome
            )
            self._load_s = math.inf
        elif self._waiting:
            request = self._waiting[0].request
            self._leave(request)
            request.fail(outcome)
        self._changed.notify_all()


def _attempt(run: Run, view: NDArray[np.uint8]) -> NDArray[np.float32] | BaseException:
    try:
        return run(view)
    except BaseException as error:  # the thread must survive any error of the runtime
        return error
