"""An ASGI application behind a real server's connections, in this process."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from tests.server.conftest import wait_for


@contextmanager
def running(app: ASGIApp, **config: object) -> Iterator[int]:
    """Runs until the block ends; the loopback port that it listens on. `config` is uvicorn's."""
    # uvloop cannot be closed while a connection ends, and here the process goes on afterwards.
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, loop="asyncio", **config))  # type: ignore[arg-type]
    with socket.create_server(("127.0.0.1", 0), backlog=512) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            wait_for(lambda: server.started, 10, "the server")
            yield listening.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(20)
