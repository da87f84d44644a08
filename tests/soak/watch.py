"""The server's memory over time and whether it grows, and how long `/livez` takes."""

import http.client
import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median
from urllib.parse import urlsplit

from tests.bench.memory import resident_mb

_EVERY_S = 0.5
_LIVEZ_TIMEOUT_S = 5.0
GROWTH_MB = 30.0
GROWTH = 0.10


@dataclass(slots=True)
class Watch:
    """`samples` are seconds since the start and MB, `livez` seconds since the start and those that an answer
    took (infinite for none), `marks` when a spell began."""

    samples: list[tuple[float, float]] = field(default_factory=list)
    livez: list[tuple[float, float]] = field(default_factory=list)
    marks: list[tuple[float, str]] = field(default_factory=list)
    _began: float = field(default_factory=time.monotonic)

    def mark(self, name: str) -> None:
        self.marks.append((self._now(), name))

    @property
    def highest(self) -> float:
        return max(megabytes for _, megabytes in self.samples)

    def during(self, name: str) -> float | None:
        """The median of the second half of the spell called `name`, when what it needs is there. None for one
        that was not marked."""
        if spell := self._spell(name):
            begin, end = spell
            return median(mb for at, mb in self.samples if (begin + end) / 2 <= at <= end)
        return None

    def livez_during(self, name: str) -> list[float]:
        """In seconds. Empty for a spell that was not marked."""
        if spell := self._spell(name):
            begin, end = spell
            return [seconds for at, seconds in self.livez if begin <= at <= end]
        return []

    def _spell(self, name: str) -> tuple[float, float] | None:
        starts = [*self.marks, (self.samples[-1][0] + 1, "")]
        return next(((begin, end) for (begin, mark), (end, _) in pairwise(starts) if mark == name), None)

    @contextmanager
    def over(self, pid: int, url: str) -> Iterator[None]:
        """Watches the process `pid`, which serves at `url`."""
        ended = threading.Event()

        def look_at_memory() -> None:
            while not ended.wait(_EVERY_S):
                now = resident_mb(pid)
                if now:
                    self.samples.append((self._now(), now))

        def ask() -> None:
            address = urlsplit(url).netloc
            while not ended.wait(_EVERY_S):
                at = self._now()
                self.livez.append((at, _livez_s(address)))

        threads = [threading.Thread(target=watching, daemon=True) for watching in (look_at_memory, ask)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            ended.set()
            for thread in threads:
                thread.join()

    def _now(self) -> float:
        return time.monotonic() - self._began


def _livez_s(address: str) -> float:
    """Over a connection of its own, as an orchestrator's probe comes."""
    began = time.monotonic()
    connection = http.client.HTTPConnection(address, timeout=_LIVEZ_TIMEOUT_S)
    try:
        connection.request("GET", "/livez", headers={"Connection": "close"})
        return time.monotonic() - began if connection.getresponse().status == 200 else math.inf
    except (OSError, http.client.HTTPException):
        return math.inf
    finally:
        connection.close()


def has_grown(before: float, after: float) -> bool:
    """Between the same load before and after everything else, in MB."""
    return after - before > max(GROWTH_MB, GROWTH * before)
