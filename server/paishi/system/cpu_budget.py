"""Who may keep which core busy: photos that are decoded and networks that run share what there is."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(eq=False, slots=True)
class _Block:
    """One that has cores: for `had_s`, as far as that `counts`. Up to `patience_s` nobody calls it a hang."""

    patience_s: float
    had_s: float = 0.0
    counts: bool = True


_block: ContextVar[_Block | None] = ContextVar("_block", default=None)


class CpuBudget:
    """`cores` for all threads that calculate, so that there are never more of them at work.

    Networks go first: what they work on came earlier than what is still to be decoded. That starves
    nobody, since only decoding gives them new work.

    `changed` guards all of it. Whoever waits for cores in a way of their own waits for that, and holds it
    where a method says so.

    How long blocks have had their cores is counted, so that a watchdog finds one that hangs.
    """

    def __init__(self, cores: int) -> None:
        self.cores = cores
        self.free = cores
        self.changed = threading.Condition()
        self._ahead = 0
        self._blocks: list[_Block] = []

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
            with self.counted():
                yield
        finally:
            with self.changed:
                self.give(1)

    @contextmanager
    def all(self, patience_s: float = 0.0) -> Iterator[None]:
        """Every core for the block, before whoever else waits. It may take `patience_s` in any case."""
        with self.changed:
            self.expect(1)
            self.changed.wait_for(lambda: self.free == self.cores)
            self.take(self.cores)
            self.expect(-1)
        try:
            with self.counted(patience_s):
                yield
        finally:
            with self.changed:
                self.give(self.cores)

    def count(self, seconds: float) -> None:
        """Tells that so much time has passed, on whatever thread."""
        for block in list(self._blocks):
            if block.counts:
                block.had_s += seconds

    def overdue_s(self, limit_s: float) -> float | None:
        """For how long a block has had its cores, where that is longer than `limit_s` and its patience."""
        had = [block.had_s for block in list(self._blocks) if block.had_s > max(limit_s, block.patience_s)]
        return max(had, default=None)

    @contextmanager
    def counted(self, patience_s: float = 0.0) -> Iterator[None]:
        """For a block that has taken its cores itself: how long it has them counts."""
        block = _Block(patience_s)
        self._blocks.append(block)
        token = _block.set(block)
        try:
            yield
        finally:
            _block.reset(token)
            self._blocks.remove(block)


@contextmanager
def limited_elsewhere() -> Iterator[None]:
    """For what a block does under a time limit of its own: that counts for no hang."""
    block = _block.get() or _Block(0.0)
    block.counts = False
    try:
        yield
    finally:
        block.counts = True
