"""Where the process is between its start and its end."""

from typing import Literal

from paishi.problems.kinds import NotAnswering, Problem, ShuttingDown

Phase = Literal["serving", "draining", "closing", "hung"]

_NEXT_SERVER_S = 5
"""When whoever is refused may try again: by then another server, or this one anew, can be there."""


class Lifecycle:
    """`draining` still answers, but is not ready and closes each connection with its answer; `closing` and
    `hung` answer nothing new.

    Signal handlers and the watchdog's thread write it, so each change is one assignment and takes no lock.
    """

    def __init__(self) -> None:
        self.phase: Phase = "serving"

    @property
    def ends(self) -> bool:
        """Whether somebody asked for the end; a process that hangs was not asked."""
        return self.phase in ("draining", "closing")

    def check_ready(self) -> None:
        """Raises ShuttingDown or NotAnswering."""
        if self.phase != "serving":
            raise self._problem()

    def refusal(self) -> Problem | None:
        """What everything that comes now is answered; None while requests are taken."""
        return self._problem() if self.phase in ("closing", "hung") else None

    def _problem(self) -> Problem:
        if self.phase == "hung":
            return NotAnswering(
                "The server has stopped answering and starts anew. Try again in a few seconds.",
                retry_after=_NEXT_SERVER_S,
            )
        return ShuttingDown(
            "This server is ending, for a restart or for good. Try again in a few seconds.",
            retry_after=_NEXT_SERVER_S,
        )
