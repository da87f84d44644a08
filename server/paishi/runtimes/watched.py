"""What networks owe: photos that they were asked about and have not answered."""

import asyncio
import time
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from paishi.models.weights.download import OnProgress
from paishi.recognition.load import LoadFor
from paishi.recognition.recogniser import Recogniser
from paishi.runtimes.base import Runtime
from paishi.settings import Settings

_SLOWEST = 20
"""Times the first photo, which had all cores for itself: what one may take among others on a slow machine.
One of eight in a batch, or on one core of four, takes at most eight times as long."""


@dataclass(eq=False, slots=True)
class _Question:
    """`runs` once it is known not to wait any more; `ran_s` counts from there."""

    runs: bool = False
    ran_s: float = 0.0


class WatchedRuntime:
    """`runtime`, and for how long it has been running what it runs. Nothing is held against one that has
    never answered: its first photo is its test, and what it was loaded from goes on trying.

    Runtimes take photos in the order in which they come. So a photo runs at the latest when one that came
    after it has been answered; and while any is owed, some run, so that one answer at least must come.
    """

    def __init__(self, runtime: Runtime) -> None:
        self.name = runtime.name
        self.precision = runtime.precision
        self.agreement = runtime.agreement
        self.closed = False
        self._runtime = runtime
        self._owed: list[_Question] = []
        self._answered = 0
        self._answered_before = 0
        self._silent_s = 0.0
        self._first_s = 0.0

    async def softmax(self, views: NDArray[np.uint8]) -> NDArray[np.float32]:
        question, asked = _Question(), time.monotonic()
        self._owed.append(question)
        try:
            answer = await self._runtime.softmax(views)
        except asyncio.CancelledError:
            self._owed.remove(question)
            raise
        except BaseException:
            self._settle(question)
            raise
        self._first_s = self._first_s or time.monotonic() - asked
        self._settle(question)
        return answer

    def close(self) -> None:
        self._runtime.close()
        self.closed = True

    def count(self, seconds: float) -> None:
        """Tells that so much time has passed, on whatever thread."""
        owed = list(self._owed)
        answered, self._answered_before = self._answered - self._answered_before, self._answered
        if answered:
            self._silent_s = 0.0
        elif owed:
            self._silent_s += seconds
        for question in owed:
            if question.runs:
                question.ran_s += seconds

    def limit_s(self, limit_s: float) -> float:
        """`limit_s`, or more where this machine is slow."""
        return max(limit_s, _SLOWEST * self._first_s)

    def overdue_s(self, limit_s: float) -> float | None:
        """For how long it has owed an answer, where that is longer than anything but a hang explains."""
        longest = max([self._silent_s, *(question.ran_s for question in list(self._owed))])
        hangs = self._first_s and longest > self.limit_s(limit_s)
        return longest if hangs and self._owed else None

    def _settle(self, question: _Question) -> None:
        self._answered += 1
        for earlier in self._owed:
            if earlier is question:
                break
            earlier.runs = True
        self._owed.remove(question)


class Answers:
    """All networks of the process that were loaded through `watched`."""

    def __init__(self) -> None:
        self._runtimes: list[WatchedRuntime] = []

    def watched(self, load: LoadFor) -> LoadFor:
        def load_watched(settings: Settings, on_progress: OnProgress) -> Recogniser:
            recogniser = load(settings, on_progress)
            runtime = WatchedRuntime(recogniser.runtime)
            self._runtimes.append(runtime)
            return replace(recogniser, runtime=runtime)

        return load_watched

    def count(self, seconds: float) -> None:
        for runtime in list(self._runtimes):
            runtime.count(seconds)
            if runtime.closed:
                self._runtimes.remove(runtime)

    def limit_s(self, limit_s: float) -> float:
        """As `WatchedRuntime.limit_s`, of the slowest."""
        return max([limit_s, *(runtime.limit_s(limit_s) for runtime in list(self._runtimes))])

    def overdue_s(self, limit_s: float) -> float | None:
        """As `WatchedRuntime.overdue_s`, of any of them."""
        overdue = (runtime.overdue_s(limit_s) for runtime in list(self._runtimes))
        return next((seconds for seconds in overdue if seconds), None)
