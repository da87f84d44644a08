"""From the signal to the end of the process."""

import asyncio
import atexit
import logging
import os
import signal
import sys
import time
from contextlib import suppress
from socket import socket
from types import FrameType
from typing import NoReturn

import uvicorn

from paishi.lifecycle.phase import Lifecycle
from paishi.lifecycle.watchdog import Watchdog
from paishi.settings import Settings
from paishi.system.cpu_budget import CpuBudget

log = logging.getLogger(__name__)

SPARE_S = 2
"""Time after PAISHI_SHUTDOWN_S for those who were broken off to read it, and for networks to close."""

_INTERRUPTED = 128 + signal.SIGINT
"""Exit code of what Ctrl-C ended, as shells have it."""


class GracefulServer(uvicorn.Server):
    """SIGTERM or Ctrl-C: not ready at once; after `PAISHI_DRAIN_S` nothing new is taken; after
    `PAISHI_SHUTDOWN_S` more, what is in hand is broken off. A second Ctrl-C ends at once.

    uvicorn alone cancels what is in hand with a stack trace, and then ends by the signal that it caught.
    """

    def __init__(
        self, config: uvicorn.Config, settings: Settings, lifecycle: Lifecycle, cores: CpuBudget
    ) -> None:
        super().__init__(config)
        config.timeout_graceful_shutdown = settings.shutdown_s + SPARE_S  # for what outlives being broken off
        self.broke_off = False
        self._settings = settings
        self._lifecycle = lifecycle
        self._cores = cores
        self._drained_at: float | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        # It may have interrupted anything, so it takes no lock and does not log.
        if self._drained_at is None:
            self._drained_at = time.monotonic() + self._settings.drain_s
            if self._lifecycle.phase == "serving":
                self._lifecycle.phase = "draining"
            self._close_if_drained()
        elif sig == signal.SIGINT:
            os._exit(_INTERRUPTED)

    async def serve(self, sockets: list[socket] | None = None) -> NoReturn:
        await super().serve(sockets)
        # From within the event loop, which cannot be closed while a connection is still ending.
        leave(1 if self.broke_off else 0)

    async def startup(self, sockets: list[socket] | None = None) -> None:
        await super().startup(sockets)
        Watchdog(
            self._lifecycle,
            self._cores,
            asyncio.get_running_loop(),
            hang_s=self._settings.hang_s,
            end_s=self._settings.drain_s + self._settings.shutdown_s + 2 * SPARE_S,
            on_hang=self._cancel_all,
        ).start()

    async def on_tick(self, counter: int) -> bool:
        self._close_if_drained()
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        self._lifecycle.phase = "closing"  # also where uvicorn ends for a reason of its own
        loop = asyncio.get_running_loop()
        limits = [
            loop.call_later(self._settings.shutdown_s, self._break_off),
            loop.call_later(self._settings.shutdown_s + SPARE_S / 2, self._abort_all),
        ]
        await super().shutdown(sockets)
        for limit in limits:
            limit.cancel()

    def _close_if_drained(self) -> None:
        if self._drained_at is not None and time.monotonic() >= self._drained_at:
            if self._lifecycle.phase == "draining":
                self._lifecycle.phase = "closing"
            self.should_exit = True

    def _break_off(self) -> None:
        if left := len(self.server_state.connections):
            self.broke_off = True
            log.error(
                "%d request(s) could not be answered within %d s (PAISHI_SHUTDOWN_S) and are broken off.",
                left,
                self._settings.shutdown_s,
            )
        self._cancel_all()  # also those whose client has left

    def _cancel_all(self) -> None:
        for task in list(self.server_state.tasks):
            task.cancel()

    def _abort_all(self) -> None:
        """Of those whose client does not take its answer."""
        for connection in list(self.server_state.connections):
            with suppress(AttributeError):  # one that has only just been made
                connection.transport.abort()


def exit_at_once(sig: int, frame: FrameType | None) -> None:
    """Handler for signals while nothing is in hand: before the first connection and after the last."""
    os._exit(_INTERRUPTED if sig == signal.SIGINT else 0)


def leave(code: int) -> NoReturn:
    """Ends the process after its exit handlers, but without taking the interpreter apart under the threads
    that still run: one that is within OpenVINO or TensorFlow, loading a network, would abort."""
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):
            stream.flush()
    os._exit(code)
