"""The server's memory over time, and whether it grows."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from tests.bench.memory import resident_mb

_EVERY_S = 0.5
GROWTH_MB = 30.0
GROWTH = 0.10


@dataclass(slots=True)
class Watch:
    """`samples` are seconds since the start and MB, `marks` when a spell began."""

    samples: list[tuple[float, float]] = field(default_factory=list)
    marks: list[tuple[float, str]] = field(default_factory=list)
    _began: float = field(default_factory=time.monotonic)

    def mark(self, name: str) -> None:
        self.marks.append((time.monotonic() - self._began, name))

    @property
    def highest(self) -> float:
        return max(megabytes for _, megabytes in self.samples)

    def during(self, name: str) -> float | None:
        """The median of the second half of the spell called `name`, when what it needs is there. None for one
        that was not marked."""
        starts = [*self.marks, (self.samples[-1][0] + 1, "")]
        for (begin, mark), (end, _) in pairwise(starts):
            if mark == name:
                return median(mb for at, mb in self.samples if (begin + end) / 2 <= at <= end)
        return None

    @contextmanager
    def over(self, pid: int) -> Iterator[None]:
        ended = threading.Event()

        def look() -> None:
            while not ended.wait(_EVERY_S):
                now = resident_mb(pid)
                if now:
                    self.samples.append((time.monotonic() - self._began, now))

        thread = threading.Thread(target=look, daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()


def has_grown(before: float, after: float) -> bool:
    """Between the same load before and after everything else, in MB."""
    return after - before > max(GROWTH_MB, GROWTH * before)
