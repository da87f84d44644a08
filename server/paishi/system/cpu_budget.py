"""Shares the CPU cores between decoding and inference, and measures hangs."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(eq=False, slots=True)
class _Block:
    """A holder of cores, for `had_s` seconds while it `counts`. Up to `patience_s` is no hang."""

    patience_s: float
    had_s: float = 0.0
    counts: bool = True


_block: ContextVar[_Block | None] = ContextVar("_block", default=None)


class CpuBudget:
    """Bounds the calculating threads to `cores`.

    Inference goes before decoding, because its photos came earlier. That cannot starve decoding, which
    produces all work for inference.

    `changed` guards the state. A caller that waits for cores by other means than `one` and `all` waits for
    `changed`, and holds it for the methods that require it.

    The budget counts how long each block holds its cores, so that a watchdog finds hangs.
    """

    def __init__(self, cores: int) -> None:
        self.cores = cores
        self.free = cores
        self.changed = threading.Condition()
        self._ahead = 0
        self._blocks: list[_Block] = []

    def expect(self, more: int) -> None:
        """Adds `more` pictures, or removes if negative, that wait for inference. Requires `changed`."""
        self._ahead += more
        if not self._ahead:
            self.changed.notify_all()

    def take(self, cores: int) -> None:
        """Takes free cores. Requires `changed`."""
        assert self.free >= cores
        self.free -= cores

    def give(self, cores: int) -> None:
        """Gives cores back. Requires `changed`."""
        self.free += cores
        self.changed.notify_all()

    @contextmanager
    def one(self) -> Iterator[None]:
        """Waits until a core is free and no picture waits for inference, and holds it for the block."""
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
        """Waits for all cores, before decoding, and holds them for the block; `patience_s` is no hang."""
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
        """Adds `seconds` to every block that holds cores. Any thread may call it."""
        for block in list(self._blocks):
            if block.counts:
                block.had_s += seconds

    def overdue_s(self, limit_s: float) -> float | None:
        """Returns how long a block has had its cores, or None if none exceeds `limit_s` and its patience."""
        had = [block.had_s for block in list(self._blocks) if block.had_s > max(limit_s, block.patience_s)]
        return max(had, default=None)

    @contextmanager
    def counted(self, patience_s: float = 0.0) -> Iterator[None]:
        """Counts the time of a block that took its cores by `take`."""
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
    """Stops the count within the block, for work that has another time limit."""
    block = _block.get() or _Block(0.0)
    block.counts = False
    try:
        yield
    finally:
        block.counts = True
