"""Detects that the process hangs, and exits."""

import asyncio
import os
import threading
import time
from collections.abc import Callable

from paishi.lifecycle.crash_report import log_critical, thread_stacks
from paishi.lifecycle.phase import Lifecycle
from paishi.system.cpu_budget import CpuBudget

EXIT_HUNG = 70
"""Exit code, EX_SOFTWARE of sysexits.h. The supervisor of the process restarts it."""

_EXIT_BROKEN_OFF = 1
_CHECK_EVERY_S = 0.5
_BALANCERS_NOTICE_S = 3.0


class Watchdog(threading.Thread):
    """Checks every half second whether `loop` responds, how long work has had its `cores`, and how long the
    process has been shutting down.

    `hang_s`, 0 for never, bounds the first two and `end_s` the last, in seconds. `on_hang` is called on the
    loop before the exit.

    Seconds are counted in checks, at most one per check, so no time passes while the whole process stands
    still: a laptop asleep, a paused container, SIGSTOP, a debugger. Clocks differ there: on Linux and macOS
    `time.monotonic` leaves out sleep but not SIGSTOP, on Windows it counts both.
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
        self._ping_pending = False
        self._loop_silent_s = 0.0
        self._ending_s = 0.0

    def run(self) -> None:
        before = time.monotonic()
        while True:
            time.sleep(_CHECK_EVERY_S)
            now = time.monotonic()
            self._check(min(now - before, 2 * _CHECK_EVERY_S))
            before = now

    def _check(self, seconds: float) -> None:
        if self._lifecycle.ends:
            self._ending_s += seconds
        if self._ending_s > self._end_s:
            log_critical(f"The server did not shut down within {self._end_s:.0f} s and exits by force.")
            os._exit(_EXIT_BROKEN_OFF)
        self._cores.count(seconds)
        self._loop_silent_s = self._loop_silent_s + seconds if self._ping_pending else 0.0
        self._ping_loop()
        if not self._hang_s or self._loop.is_closed():
            return
        overdue_s = self._cores.overdue_s(self._hang_s)
        if self._loop_silent_s > self._hang_s:
            self._exit_blocked()
        elif overdue_s:
            self._exit_overdue(overdue_s)

    def _ping_loop(self) -> None:
        if not self._ping_pending:
            self._ping_pending = True  # before the loop can answer
            self._call_on_loop(self._on_ping)

    def _on_ping(self) -> None:
        self._ping_pending = False

    def _call_on_loop(self, callback: Callable[[], None]) -> None:
        try:
            self._loop.call_soon_threadsafe(callback)
        except RuntimeError:  # it is closed
            self._ping_pending = False

    def _exit_blocked(self) -> None:
        self._lifecycle.phase = "hung"
        log_critical(
            f"The event loop has been blocked for {self._loop_silent_s:.0f} s (PAISHI_HANG_S): the server "
            f"exits with code {EXIT_HUNG}, to be restarted. It hangs here:\n"
            f"{thread_stacks(only=self._loop_thread)}"
        )
        os._exit(EXIT_HUNG)

    def _exit_overdue(self, overdue_s: float) -> None:
        self._lifecycle.phase = "hung"
        log_critical(
            f"One photo has run for {overdue_s:.0f} s (PAISHI_HANG_S) and is not done: the server exits "
            f"with code {EXIT_HUNG}, to be restarted. Its threads:\n{thread_stacks()}"
        )
        self._call_on_loop(self._on_hang)
        time.sleep(_BALANCERS_NOTICE_S)
        os._exit(EXIT_HUNG)
