"""Notices that the process hangs, and ends it."""

import asyncio
import os
import threading
import time
from collections.abc import Callable

from paishi.lifecycle.crash_report import say, stacks
from paishi.lifecycle.phase import Lifecycle
from paishi.system.cpu_budget import CpuBudget

HANGS = 70
"""Exit code, as EX_SOFTWARE of sysexits.h. Whatever supervises the process starts it again."""

_BROKEN_OFF = 1
_LOOK_EVERY_S = 0.5
_LET_BALANCERS_SEE_S = 3.0


class Watchdog(threading.Thread):
    """Checks every half second whether `loop` responds, how long work has had its `cores`, and how long the
    process has been shutting down.

    `hang_s`, 0 for never, bounds the first two and `end_s` the last, in seconds. `on_hang` is called on the
    loop before the end.

    Seconds are counted in looks and no look counts for more than two. So no time passes while the whole
    process stands still: a laptop asleep, a container that is paused, SIGSTOP, a debugger. Clocks differ in
    that: on Linux and macOS `time.monotonic` leaves out sleep but not SIGSTOP, on Windows it counts both.
    """

    def __init__(
        self,
        lifecycle: Lifecycle,
        cores: CpuBudget,
        loop: asyncio.AbstractEventLoop,
        hang_s: float,
        end_s: float,
        on_hang: Callable[[], None],
    ) -> None:
        super().__init__(name="watchdog", daemon=True)
        self._lifecycle = lifecycle
        self._cores = cores
        self._loop = loop
        self._loop_thread = threading.get_ident()
        self._hang_s = hang_s
        self._end_s = end_s
        self._on_hang = on_hang
        self._asked_loop = False
        self._loop_silent_s = 0.0
        self._ending_s = 0.0

    def run(self) -> None:
        before = time.monotonic()
        while True:
            time.sleep(_LOOK_EVERY_S)
            now = time.monotonic()
            self._look(min(now - before, 2 * _LOOK_EVERY_S))
            before = now

    def _look(self, seconds: float) -> None:
        if self._lifecycle.ends:
            self._ending_s += seconds
        if self._ending_s > self._end_s:
            self._break_off()
        self._cores.count(seconds)
        self._loop_silent_s = self._loop_silent_s + seconds if self._asked_loop else 0.0
        self._ask_loop()
        if not self._hang_s or self._loop.is_closed():
            return
        overdue_s = self._cores.overdue_s(self._hang_s)
        if self._loop_silent_s > self._hang_s:
            self._end_blocked()
        elif overdue_s:
            self._end_overdue(overdue_s)

    def _ask_loop(self) -> None:
        if not self._asked_loop and not self._loop.is_closed():
            self._asked_loop = True
            self._call_on_loop(self._loop_answers)

    def _loop_answers(self) -> None:
        self._asked_loop = False

    def _call_on_loop(self, what: Callable[[], None]) -> None:
        try:
            self._loop.call_soon_threadsafe(what)
        except RuntimeError:  # it was closed between two lines
            self._asked_loop = False

    def _end_blocked(self) -> None:
        self._lifecycle.phase = "hung"
        say(
            f"The event loop has been blocked for {self._loop_silent_s:.0f} s (PAISHI_HANG_S) and nothing is "
            f"answered: the server ends with code {HANGS}, to be started again. It is here:\n"
            f"{stacks(only=self._loop_thread)}"
        )
        os._exit(HANGS)

    def _end_overdue(self, overdue_s: float) -> None:
        self._lifecycle.phase = "hung"
        say(
            f"One photo has had its cores for {overdue_s:.0f} s (PAISHI_HANG_S) and is not done: "
            f"the server ends with code {HANGS}, to be started again. Its threads are here:\n{stacks()}"
        )
        self._call_on_loop(self._on_hang)
        time.sleep(_LET_BALANCERS_SEE_S)
        os._exit(HANGS)

    def _break_off(self) -> None:
        say(f"The server did not end within {self._end_s:.0f} s and breaks off what still runs.")
        os._exit(_BROKEN_OFF)
