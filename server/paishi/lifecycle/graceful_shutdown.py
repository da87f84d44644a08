"""Graceful shutdown, from the signal to the exit of the process."""

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

from paishi.admission.connections import Connections
from paishi.lifecycle.phase import Lifecycle
from paishi.lifecycle.watchdog import Watchdog
from paishi.settings import Settings
from paishi.system.cpu_budget import CpuBudget

log = logging.getLogger(__name__)

SPARE_S = 2
"""Time after PAISHI_SHUTDOWN_S for cancelled requests to send their response, and for models to close."""

_EXIT_INTERRUPTED = 128 + signal.SIGINT
"""Exit code after Ctrl-C, by the convention of shells."""


class GracefulServer(uvicorn.Server):
    """A server that is not ready from SIGTERM or Ctrl-C on, refuses new requests after `PAISHI_DRAIN_S` and
    cancels those in progress `PAISHI_SHUTDOWN_S` later. A second Ctrl-C exits at once.

    uvicorn itself cancels them with a stack trace, and exits by the signal that it caught.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        settings: Settings,
        lifecycle: Lifecycle,
        connections: Connections,
        cores: CpuBudget,
    ) -> None:
        super().__init__(config)
        config.timeout_graceful_shutdown = settings.shutdown_s + SPARE_S  # for what survives its cancellation
        self._cancelled_requests = False
        self._settings = settings
        self._lifecycle = lifecycle
        self._connections = connections
        self._cores = cores
        self._drained_at: float | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        # It can interrupt any code, so it takes no lock and does not log.
        if self._drained_at is None:
            self._drained_at = time.monotonic() + self._settings.drain_s
            if self._lifecycle.phase == "serving":
                self._lifecycle.phase = "draining"
            self._close_if_drained()
        elif sig == signal.SIGINT:
            os._exit(_EXIT_INTERRUPTED)

    async def serve(self, sockets: list[socket] | None = None) -> NoReturn:
        await super().serve(sockets)
        # On the event loop, which cannot be closed while a connection is closing.
        exit_process(1 if self._cancelled_requests else 0)

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
        self._lifecycle.phase = "closing"  # also if uvicorn stops for a reason of its own
        loop = asyncio.get_running_loop()
        limits = [
            loop.call_later(self._settings.shutdown_s, self._cancel_unfinished),
            loop.call_later(self._settings.shutdown_s + SPARE_S / 2, self._connections.abort_all),
        ]
        await super().shutdown(sockets)
        for limit in limits:
            limit.cancel()

    def _close_if_drained(self) -> None:
        if self._drained_at is not None and time.monotonic() >= self._drained_at:
            if self._lifecycle.phase == "draining":
                self._lifecycle.phase = "closing"
            self.should_exit = True

    def _cancel_unfinished(self) -> None:
        if left := self._connections.open:
            self._cancelled_requests = True
            log.error(
                "%d request(s) did not finish within %d s (PAISHI_SHUTDOWN_S) and are cancelled.",
                left,
                self._settings.shutdown_s,
            )
        self._cancel_all()  # also those whose client disconnected

    def _cancel_all(self) -> None:
        for request in list(self._lifecycle.running):
            request.cancel()


def exit_at_once(sig: int, frame: FrameType | None) -> None:
    """Signal handler for before the first connection and after the last, when no request is in progress."""
    os._exit(_EXIT_INTERRUPTED if sig == signal.SIGINT else 0)


def exit_process(code: int) -> NoReturn:
    """Runs the exit handlers and exits without finalising the interpreter: a thread that still loads a model,
    within OpenVINO or TensorFlow, would abort."""
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):
            stream.flush()
    os._exit(code)
