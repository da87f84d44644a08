"""Work in processes of its own: the generator of load, and the runtime without HTTP."""

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

SPAWN = multiprocessing.get_context("spawn")


class Worker:
    """One process that stays, so that what it has loaded stays."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        self._pool = ProcessPoolExecutor(1, SPAWN, _prepare, (dict(environment or {}),))

    def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `function`, which must be importable, gives there. Raises what it raised."""
        return self._pool.submit(function, *args, **kwargs).result()


@contextmanager
def ended_at_last() -> Iterator[None]:
    """Ends every process of `multiprocessing` that this one has started, whatever it is doing.

    SIGTERM and SIGHUP leave the block by SystemExit, so that what else was started in it, such as servers, is
    ended on the way out. For the main thread.
    """

    def stop(number: int, frame: FrameType | None) -> NoReturn:
        for end in ends:
            signal.signal(end, signal.SIG_IGN)  # a second one would interrupt the way out
        _end_children()  # first: a thread may wait for one, and the way out for the thread
        sys.exit(128 + number)

    ends = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {end: signal.signal(end, stop) for end in ends}
    try:
        yield
    finally:
        _end_children()
        for end, handler in before.items():
            signal.signal(end, handler)


def _end_children() -> None:
    children = multiprocessing.active_children()
    for child in children:
        child.terminate()
    for child in children:
        child.join(5)


def _prepare(environment: dict[str, str]) -> None:
    # Ctrl-C reaches the whole group; only the process that started the others decides what ends when.
    ignore_interrupt()
    os.environ.update(environment)


def ignore_interrupt() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
