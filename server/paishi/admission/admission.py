"""Admission of photos, by how many are in hand and how long a new one would wait."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from math import ceil
from typing import Literal

from paishi.problems.kinds import Overloaded, PhotoError, Problem

FIRST_ESTIMATE_S = 0.1
"""Service time before any was measured: a large model on few cores."""

Reason = Literal["wait", "in-hand"]

_WAIT_SHARE = 0.7
"""Share of the longest wait that the estimate may reach: under a steady load, one photo in a hundred takes
1.4 times as long as estimated."""

_FIRST_WEIGHT = 8
"""Photos that the first estimate counts for: the first photo after a start is slow."""

_WINDOW = 64


class Admission:
    """Refuses a photo at once if its response would come too late to be useful.

    A photo is in hand from the end of its body, so that slow senders take no place. `limit` bounds their
    number, `max_wait_s` the estimated wait of the newest. The first `at_once`, as many as are processed in
    parallel, are always accepted: otherwise one very slow photo could shut out the next, and the estimate
    would never recover.

    `in_hand` and `refused`, by reason, are for metrics. For one event loop.
    """

    def __init__(
        self,
        limit: int,
        max_wait_s: float,
        at_once: int = 1,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.limit = limit
        self.max_wait_s = max_wait_s
        self.at_once = at_once
        self.in_hand = 0
        self.refused: Counter[Reason] = Counter()
        self._service_time = _ServiceTime(clock)

    @property
    def full(self) -> Reason | None:
        """Why one more photo would be refused; None if it would be accepted."""
        if self.in_hand >= self.limit:
            return "in-hand"
        wait_s = (self.in_hand + 1) * self._service_time.seconds
        if self.in_hand >= self.at_once and wait_s > _WAIT_SHARE * self.max_wait_s:
            return "wait"
        return None

    def refuse(self, reason: Reason) -> Overloaded:
        """Counts one refusal; returns its problem."""
        self.refused[reason] += 1
        after = max(1, ceil(self.in_hand * self._service_time.seconds))
        return Overloaded(
            f"Too many photos are waiting. Try again in {after} s: these will be done by then.",
            retry_after=after,
        )

    def check(self) -> None:
        """Raises Overloaded if one more photo would be refused."""
        if reason := self.full:
            raise self.refuse(reason)

    @contextmanager
    def admit(self) -> Iterator[None]:
        """Holds one place. Raises Overloaded as `check` does."""
        self.check()
        if not self.in_hand:
            self._service_time.start()
        self.in_hand += 1
        try:
            yield
        except Exception as error:
            if isinstance(error, PhotoError) or not isinstance(error, Problem):
                self._service_time.finish_one()  # for other problems, no photo was decoded
            raise
        else:
            self._service_time.finish_one()
        finally:
            self.in_hand -= 1
            if not self.in_hand:
                self._service_time.stop()


class _ServiceTime:
    """Seconds per photo of a busy server: a moving mean, over about 64 photos, of the time between two that
    are finished.

    Idle time does not count, so that a quiet hour does not look like a slow server. With several photos in
    parallel this is the inverse of the throughput.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._mean = FIRST_ESTIMATE_S
        self._weight = _FIRST_WEIGHT
        self._since: float | None = None

    @property
    def seconds(self) -> float:
        """Grows while no photo is finished: the server may hang."""
        return max(self._mean, self._updated_mean())

    def start(self) -> None:
        self._since = self._clock()

    def finish_one(self) -> None:
        self._weight = min(self._weight + 1, _WINDOW)
        self._mean = self._updated_mean()
        self._since = self._clock()

    def stop(self) -> None:
        self._since = None

    def _updated_mean(self) -> float:
        interval = 0.0 if self._since is None else self._clock() - self._since
        return self._mean + (interval - self._mean) / self._weight


Admissions = Mapping[tuple[str, str], Admission]
"""Admissions by method and path of their routes."""
