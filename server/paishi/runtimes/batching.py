"""Requests that wait while a batch runs go together in the next one."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from paishi.runtimes.base import RuntimeClosed
from paishi.runtimes.timing import Waiting

MAX_BATCH = 8
"""Pictures a batch: beyond it throughput hardly grows, and every caller waits for the whole batch."""

Run = Callable[[NDArray[np.uint8]], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class _Request:
    views: NDArray[np.uint8]
    answer: Future[NDArray[np.float32]] = field(default_factory=Future)
    waiting: Waiting = field(default_factory=Waiting)


class Batcher:
    """Calls `run` on one thread of its own, with all that waits, in the order in which it came.

    Nothing waits for company: a request that finds the thread idle runs at once and alone. A request
    of more than `max_batch` pictures is not split, it runs alone as well.
    """

    def __init__(self, run: Run, name: str, max_batch: int = MAX_BATCH) -> None:
        self._run = run
        self._max_batch = max_batch
        self._waiting: deque[_Request] = deque()
        self._changed = threading.Condition()
        self._closed = False
        # A daemon, so that a process that forgot to close can still end.
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    async def submit(self, views: NDArray[np.uint8]) -> NDArray[np.float32]:
        """What `run` gives for these `views`, its rows in their order.

        Raises what `run` raised for the batch that they were in, RuntimeClosed after `close`. Cancelling
        takes the views out of the queue; a batch that runs is not interrupted.
        """
        request = _Request(views)
        with self._changed:
            if self._closed:
                raise RuntimeClosed
            self._waiting.append(request)
            self._changed.notify()
        return await asyncio.wrap_future(request.answer)

    def close(self) -> None:
        """Ends all that wait with RuntimeClosed and returns when the running batch has been answered."""
        with self._changed:
            self._closed = True
            waiting = list(self._waiting)
            self._waiting.clear()
            self._changed.notify()
        for request in waiting:
            if request.answer.set_running_or_notify_cancel():
                request.answer.set_exception(RuntimeClosed())
        self._thread.join()

    def _work(self) -> None:
        while batch := self._next_batch():
            begun, pictures = perf_counter(), sum(len(request.views) for request in batch)
            try:
                softmax = self._run(_joined(batch))
                rows = np.split(softmax, np.cumsum([len(request.views) for request in batch])[:-1])
            except BaseException as error:  # this thread must outlive whatever a runtime raises
                for request in batch:
                    request.answer.set_exception(error)
            else:
                for request, answer in zip(batch, rows, strict=True):
                    request.waiting.has_run(begun, pictures)
                    request.answer.set_result(answer)

    def _next_batch(self) -> list[_Request]:
        """Waits for requests and takes those that fit together; none when closed."""
        with self._changed:
            while True:
                self._changed.wait_for(lambda: self._waiting or self._closed)
                if self._closed:
                    return []
                if batch := self._take():
                    return batch

    def _take(self) -> list[_Request]:
        batch: list[_Request] = []
        pictures = 0
        while self._waiting:
            head = self._waiting[0]
            if batch and pictures + len(head.views) > self._max_batch:
                break
            self._waiting.popleft()
            if head.answer.set_running_or_notify_cancel():  # False: its caller has gone
                batch.append(head)
                pictures += len(head.views)
        return batch


def _joined(batch: list[_Request]) -> NDArray[np.uint8]:
    return batch[0].views if len(batch) == 1 else np.concatenate([request.views for request in batch])
