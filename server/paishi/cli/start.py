"""From settings to a server that listens."""

import errno
import signal
import socket
import sys
from typing import NoReturn

import uvicorn
from rich.console import Console

from paishi.app import create_app
from paishi.cli.banner import Banner
from paishi.cli.errors import fail
from paishi.cli.load import load_with_progress
from paishi.connection.file_limit import BACKLOG, raise_file_limit
from paishi.lifecycle.gc_tuning import GcTuning
from paishi.lifecycle.graceful_shutdown import GracefulServer, exit_at_once
from paishi.recognition.recognition import Ready, State
from paishi.settings import Settings
from paishi.telemetry.log import form_of, set_up_log
from paishi.telemetry.model_log import log_change

_TURN_S = 0.0002
"""How long a thread may keep the interpreter from one that waits for it. Ours calculate outside it, while the
event loop gives it away at every read and write, and with Python's own 5 ms waits too long to have it back:
MobileNetV2 answered 32 clients 7 % less often, and a crowd's refusals took a third longer (95th percentile).
With 1 or 0.05 ms less of that is gained."""


def start(settings: Settings) -> NoReturn:
    """Ends the program when the server has ended, or if it cannot listen. Raises Misconfigured."""
    listening = listen(settings)
    set_up_log(settings)
    port = listening.getsockname()[1]
    console = Console()
    announce = Banner(settings, port, console)
    lasting = GcTuning()

    def on_change(state: State) -> None:
        announce(state)
        if isinstance(state, Ready):
            lasting.begin()
        if form_of(settings) == "json":  # a person has just read it
            log_change(state)

    app = create_app(settings, load_with_progress, on_change, port)
    services = app.services
    services.connections.limit = raise_file_limit(settings.max_connections)
    config = uvicorn.Config(
        app.asgi,
        http=app.protocol,
        ws="none",
        backlog=BACKLOG,
        log_level="warning",
        log_config=None,  # as all else is logged
        access_log=False,
        forwarded_allow_ips=settings.proxies,
        server_header=False,
    )
    console.print(f"Loading {settings.model} …", highlight=False, markup=False)
    server = GracefulServer(config, settings, services.lifecycle, services.cores)
    # Before and after the server has its own: a stack trace of KeyboardInterrupt tells nobody anything.
    for end in (signal.SIGINT, signal.SIGTERM):
        signal.signal(end, exit_at_once)
    sys.setswitchinterval(_TURN_S)
    server.run(sockets=[listening])
    raise AssertionError("the server leaves by itself")


def listen(settings: Settings) -> socket.socket:
    """A socket at the settings' host and port; ends the program with a sentence where that cannot be had."""
    try:
        listening = socket.create_server(
            (settings.host, settings.port),
            family=socket.AF_INET6 if ":" in settings.host else socket.AF_INET,
            backlog=BACKLOG,
        )
    except OSError as error:
        where = f"{settings.host}:{settings.port}"
        if error.errno == errno.EADDRINUSE:
            fail(
                f"Port {settings.port} is taken by another program (on macOS often by AirPlay Receiver). "
                "Choose another one: make run PORT=5055, or PAISHI_PORT=5055."
            )
        if error.errno == errno.EACCES:
            fail(f"This user may not listen on {where}. Choose a port above 1023 with PAISHI_PORT.")
        fail(f"Cannot listen on {where}: {error.strerror}. Set PAISHI_HOST and PAISHI_PORT.")
    # asyncio sends at once only on sockets that say they are TCP's; on others every answer on a kept
    # connection waits for the client's delayed acknowledgement, 40 ms.
    return socket.socket(listening.family, listening.type, socket.IPPROTO_TCP, listening.detach())
