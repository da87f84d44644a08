"""Work in processes of its own: the generator of load, and the runtime without HTTP."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

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
    """Ends every process of `multiprocessing` that this one has started, whatever it is doing."""
    try:
        yield
    finally:
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
