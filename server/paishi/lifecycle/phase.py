"""The phases of the process between its start and its exit."""

import asyncio
from typing import Literal

from paishi.problems.kinds import NotAnswering, Problem, ShuttingDown

Phase = Literal["serving", "draining", "closing", "hung"]

_RETRY_AFTER_S = 5  # by then another server, or this one after a restart, can be there


class Lifecycle:
    """The current phase, and in `running` the tasks of the requests in progress.

    `draining` still serves, but is not ready and closes each connection with its response; `closing` and
    `hung` refuse new requests. Signal handlers and the watchdog's thread write the phase, so each change is
    one assignment without a lock.
    """

    def __init__(self) -> None:
        self.phase: Phase = "serving"
        self.running: set[asyncio.Task[object]] = set()

    @property
    def ends(self) -> bool:
        """Whether a shutdown was requested; a hang is not one."""
        return self.phase in ("draining", "closing")

    def check_ready(self) -> None:
        """Raises ShuttingDown or NotAnswering."""
        if self.phase != "serving":
            raise self._problem()

    def refusal(self) -> Problem | None:
        """Returns the problem for every new request, None while requests are accepted."""
        return self._problem() if self.phase in ("closing", "hung") else None

    def _problem(self) -> Problem:
        if self.phase == "hung":
            return NotAnswering(
                "The server has stopped responding and is restarting. Try again in a few seconds.",
                retry_after=_RETRY_AFTER_S,
            )
        return ShuttingDown(
            "This server is shutting down, perhaps for a restart. Try again in a few seconds.",
            retry_after=_RETRY_AFTER_S,
        )
