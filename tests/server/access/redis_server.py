"""A real redis-server on a loopback port."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.server.conftest import free_port, need_program, wait_for

PASSWORD = "a-password-that-nobody-may-see"


@contextmanager
def running_redis(folder: Path, port: int = 0) -> Iterator[int]:
    """Its port."""
    port = port or free_port()
    folder.mkdir(exist_ok=True)
    options = {"port": port, "bind": "127.0.0.1", "dir": folder, "requirepass": PASSWORD, "save": "''"}
    command = [
        need_program("redis-server"),
        *(word for name, value in options.items() for word in (f"--{name}", str(value))),
    ]
    output = folder / "output"
    with output.open("wb") as sink, subprocess.Popen(command, stdout=sink, stderr=sink) as process:
        try:
            wait_for(lambda: b"Ready to accept" in output.read_bytes(), 20, "redis-server")
            yield port
        finally:
            process.terminate()
            process.wait(20)


def address(port: int) -> str:
    return f"redis://:{PASSWORD}@127.0.0.1:{port}"
