"""Who may keep which core busy: photos that are decoded and networks that run share what there is."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from server.cores import usable_cores


class CoreBudget:
    """`cores` for all threads that calculate, so that there are never more of them at work.

    Networks go first: what they work on came earlier than what is still to be decoded. That starves
    nobody, since only decoding gives them new work.

    `changed` guards all of it. Whoever waits for cores in a way of their own waits for that, and holds it
    where a method says so.
    """

    def __init__(self, cores: int) -> None:
        self.cores = cores
        self.free = cores
        self.changed = threading.Condition()
        self._ahead = 0

    def expect(self, more: int) -> None:
        """So many `more` pictures wait for a network, fewer where negative. `changed` is held."""
        self._ahead += more
        if not self._ahead:
            self.changed.notify_all()

    def take(self, cores: int) -> None:
        """Of those that are free. `changed` is held."""
        assert self.free >= cores
        self.free -= cores

    def give(self, cores: int) -> None:
        """Back what was taken. `changed` is held."""
        self.free += cores
        self.changed.notify_all()

    @contextmanager
    def one(self) -> Iterator[None]:
        """A core for the block, when one is free and no picture waits for a network."""
        with self.changed:
            self.changed.wait_for(lambda: self.free and not self._ahead)
            self.take(1)
        try:
            yield
        finally:
            with self.changed:
                self.give(1)

    @contextmanager
    def all(self) -> Iterator[None]:
        """Every core for the block, before whoever else waits."""
        with self.changed:
            self.expect(1)
            self.changed.wait_for(lambda: self.free == self.cores)
            self.take(self.cores)
            self.expect(-1)
        try:
            yield
        finally:
            with self.changed:
                self.give(self.cores)


@cache
def this_process() -> CoreBudget:
    """The cores that this process may use: there is one set of them, however many networks it holds."""
    return CoreBudget(usable_cores())
