"""How many photos the server takes on at once."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from math import ceil
from typing import Literal

from paishi.admission.service_time import ServiceTime
from paishi.problems.kinds import Overloaded, PhotoError, Problem

Reason = Literal["wait", "in-hand"]

_SURELY = 0.7
"""Of the longest wait, what the mean may promise: under a standing load every hundredth photo takes
four tenths longer."""


class Admission:
    """Refuses at once what would have to wait too long: an answer that comes must still be wanted.

    A photo is in hand once it has been received, so that a slow sender takes up nobody's room. `most` bounds
    them whatever their pace, `max_wait_s` how long the newest would wait for its answer at the pace of the
    last ones. `at_once` are always taken on, which are as many as can be worked on side by side: else one
    very slow photo could shut out the next, and nothing would ever show that the pace is better by now.

    `in_hand` and `refused`, by reason, are for whoever watches the server. For one event loop.
    """

    def __init__(
        self,
        most: int,
        max_wait_s: float,
        at_once: int = 1,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.most = most
        self.max_wait_s = max_wait_s
        self.at_once = at_once
        self.in_hand = 0
        self.refused: Counter[Reason] = Counter()
        self._service_time = ServiceTime(clock)

    @property
    def wait_s(self) -> float:
        """How long those in hand will take."""
        return self.in_hand * self._service_time.seconds

    def check(self) -> None:
        """Raises Overloaded where a photo that came now would find no place."""
        if self.in_hand >= self.most:
            raise self._refuse("in-hand")
        if (
            self.in_hand >= self.at_once
            and self.wait_s + self._service_time.seconds > _SURELY * self.max_wait_s
        ):
            raise self._refuse("wait")

    @contextmanager
    def admit(self) -> Iterator[None]:
        """Holds one place. Raises Overloaded as `check` does."""
        self.check()
        if not self.in_hand:
            self._service_time.begin()
        self.in_hand += 1
        try:
            yield
        except Problem as problem:
            if isinstance(problem, PhotoError):  # else nothing was decoded, and no time was measured
                self._service_time.done()
            raise
        except Exception:
            self._service_time.done()
            raise
        else:
            self._service_time.done()
        finally:
            self.in_hand -= 1
            if not self.in_hand:
                self._service_time.idle()

    def _refuse(self, reason: Reason) -> Overloaded:
        self.refused[reason] += 1
        after = max(1, ceil(self.wait_s))
        return Overloaded(
            f"Too many photos wait already. Send yours again in {after} s: these will be done by then.",
            retry_after=after,
        )


Admissions = Mapping[tuple[str, str], Admission]
"""By method and path."""
