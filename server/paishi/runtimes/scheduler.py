"""Schedules pictures: all cores for a single one, one core each for several."""

import asyncio
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

PATIENCE_S = 0.01
"""Longest wait of a picture for all cores: about the time that decoding a phone's photo takes."""

_SLOWEST = 20
"""Time limit of a run before it counts as a hang, in multiples of the first run, which had all cores. Other
pictures and a slow machine make later runs take longer."""

Run = Callable[[NDArray[np.uint8]], NDArray[np.float32]]
"""One picture (1, height, width, 3) uint8 to the values of its outputs, one row (1, values) float32."""


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


class Scheduler:
    """Runs pictures in order of arrival, one by one on `alone` or side by side on `streams`.

    `alone` uses all of `cores` for one picture, each of `streams` uses one. A picture runs on `alone` if
    every core is idle. If photos are being decoded or other pictures run, or if several wait, each picture
    gets a stream as soon as a core is free.
    """

    def __init__(self, alone: Run, streams: Sequence[Run], cores: CpuBudget, name: str) -> None:
        self._alone = alone
        self._cores = cores
        # Fewer would leave most cores idle. On four, a crowd of 2, 3 or 4 measured the same.
        self._crowd = max(2, cores.cores // 2)
        self._waiting: deque[_Picture] = deque()
        self._changed = cores.changed
        self._running = 0
        self._first_run_s = 0.0
        self._closed = False
        # Daemons, so that a process without `close` can still end.
        self._threads = [
            threading.Thread(target=self._work, args=(stream,), name=f"{name} {number}", daemon=True)
            for number, stream in enumerate(streams)
        ]
        for thread in self._threads:
            thread.start()

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
            self._waiting.extend(_Picture(request, row, views[row : row + 1]) for row in range(len(views)))
            self._cores.expect(len(views))
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

    def _work(self, stream: Run) -> None:
        while taken := self._take():
            picture, cores = taken
            run = stream if cores == 1 else self._alone
            begun, at_once = perf_counter(), self._running
            # The first run never counts as a hang: it is the self-test and allocates memory for all others.
            with self._cores.counted(_SLOWEST * self._first_run_s or math.inf):
                outcome = _attempt(run, picture.view)
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

    def _take(self) -> tuple[_Picture, int] | None:
        """Waits for a picture that may run and returns it with its number of cores; None after `close`."""
        with self._changed:
            while True:
                self._changed.wait_for(lambda: self._closed or (self._waiting and self._cores.free))
                self._changed.wait_for(lambda: not self._is_worth_waiting(), PATIENCE_S)
                if self._closed:
                    return None
                if self._waiting and self._cores.free:
                    break
            idle = self._cores.free == self._cores.cores
            cores = self._cores.cores if idle and len(self._waiting) < self._crowd else 1
            self._cores.take(cores)
            self._running += 1
            picture = self._waiting.popleft()
            self._cores.expect(-1)
            return picture, cores

    def _is_worth_waiting(self) -> bool:
        """Whether all cores may soon be free for one picture, because only decoding keeps some busy."""
        idle = self._cores.free == self._cores.cores
        few = 0 < len(self._waiting) < self._crowd
        return few and not (self._closed or self._running or idle)


def _attempt(run: Run, view: NDArray[np.uint8]) -> NDArray[np.float32] | BaseException:
    try:
        return run(view)
    except BaseException as error:  # the thread must survive any error of the runtime
        return error
