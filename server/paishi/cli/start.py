"""Starts the server: socket, log, application, uvicorn."""

import logging
import os
import signal
import socket
import sys
from contextlib import suppress
from typing import NoReturn

import uvicorn

from paishi.app import create_app
from paishi.cli.banner import Banner, ServerConsole
from paishi.cli.errors import fail
from paishi.cli.listening import CannotListen, open_socket
from paishi.cli.load import load_with_progress
from paishi.connection.file_limit import BACKLOG, raise_file_limit
from paishi.lifecycle.gc_tuning import GcTuning
from paishi.lifecycle.graceful_shutdown import GracefulServer, exit_at_once
from paishi.lifecycle.malloc_tuning import keep_freed_memory
from paishi.recognition.recognition import Awaited, Ready, State, Unavailable
from paishi.settings import Settings
from paishi.telemetry.log import form_of, set_up_log

log = logging.getLogger(__name__)

_SWITCH_INTERVAL_S = 0.0002
"""How long a thread keeps the GIL from one that waits for it. Worker threads calculate without it, while the
event loop releases it at every read and write and, with Python's own 5 ms, waits too long to get it back:
MobileNetV2 served 32 clients 7 % slower, and refusals under overload took a third longer (95th percentile).
1 or 0.05 ms gain less."""


def _schedule_as_batch() -> None:
    """Lets no thread of this process interrupt another one that calculates, merely because it has woken up.

    On two cores EfficientNetLite0 served 32 clients 4 % quicker, and the event loop took 3 % less processor
    time; refusals under overload took as long. Only Linux has this. A system call filter may forbid it.
    """
    if sys.platform == "linux":
        with suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def start(settings: Settings) -> NoReturn:
    """Serves until a signal, then exits; also exits if the socket is not available. Raises Misconfigured."""
    keep_freed_memory()
    _schedule_as_batch()
    listening = listen(settings)
    set_up_log(settings)
    port = listening.getsockname()[1]
    console = ServerConsole()
    banner = Banner(settings, port, console)
    gc_tuning = GcTuning()

    def on_change(state: State) -> None:
        if isinstance(state, Ready):
            gc_tuning.on_ready()
        if form_of(settings) == "json":  # the text form is for a person, who reads the banner
            _log_change(state)
        banner(state)

    app = create_app(settings, load_with_progress, on_change, port)
    services = app.services
    services.connections.limit, backlog = raise_file_limit(settings.max_connections)
    config = uvicorn.Config(
        app.asgi,
        http=app.protocol,
        ws="none",
        backlog=backlog,
        log_level="warning",
        log_config=None,  # set up already
        access_log=False,
        forwarded_allow_ips=settings.proxies,
        server_header=False,
    )
    with suppress(OSError):  # as on a full disk
        console.print(f"Loading {settings.model} …", highlight=False, markup=False)
    server = GracefulServer(config, settings, services.lifecycle, services.connections, services.cores)
    # Before and after uvicorn has its own handlers, a KeyboardInterrupt would only print a stack trace.
    for end in (signal.SIGINT, signal.SIGTERM):
        signal.signal(end, exit_at_once)
    sys.setswitchinterval(_SWITCH_INTERVAL_S)
    server.run(sockets=[listening])
    raise AssertionError("the server exits by itself")


def _log_change(state: State) -> None:
    match state:
        case Ready(_, Awaited(name, reason)) if reason:
            log.warning("stands in", extra={"awaited": name, "reason": reason})
        case Ready(recogniser, awaited):
            runtime = recogniser.runtime
            fields = {
                "model": recogniser.model.name,
                "runtime": runtime.name,
                "precision": runtime.precision,
                "fit": recogniser.fit,
            }
            if awaited:
                fields["awaited"] = awaited.name
            log.info("ready", extra=fields)
        case Unavailable(reason):
            log.warning("unavailable", extra={"reason": reason})


def listen(settings: Settings) -> socket.socket:
    """Returns a socket that listens on the settings' host and port; exits with a sentence if it cannot."""
    try:
        listening = open_socket(settings.host, settings.port, BACKLOG)
    except CannotListen as error:
        fail(str(error))
    # asyncio disables Nagle's algorithm only if the socket's protocol is TCP, not 0 as here. With it, every
    # response on a kept connection would wait 40 ms for the client's delayed acknowledgement.
    return socket.socket(listening.family, listening.type, socket.IPPROTO_TCP, listening.detach())
