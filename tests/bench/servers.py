"""The two servers, each started as its users start it, and ended whatever happens."""

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.exchange import Connection, is_answer, upload_request

ROOT = Path(__file__).parents[2]
START_LIMIT_S = 180.0
STOP_LIMIT_S = 15.0


class ServerFailed(Exception):
    """A server did not come up; the message has the end of what it printed."""


@dataclass(frozen=True, slots=True)
class Served:
    """A server that has answered; `first_answer_s` is how long that took from the start of its process."""

    name: str
    pid: int
    url: str
    first_answer_s: float


def our_environment(model: str, weights: Path | str, runtime: str, folder: Path) -> dict[str, str]:
    """Settings for PaiShi; whatever else is set as PAISHI_... stays, so that a setting can be measured."""
    return {
        "PAISHI_HOST": "127.0.0.1",
        "PAISHI_MODEL": model,
        "PAISHI_WEIGHTS": str(weights),
        "PAISHI_RUNTIME": runtime,
        "PAISHI_STAND_IN": "",
        "KERAS_HOME": str(folder / "keras"),
    }


@contextmanager
def running_demo(model: str, weights: Path, folder: Path, photo: bytes) -> Iterator[Served]:
    """The demo; `photo` is what it has to answer before it counts as started."""
    port = _free_port()
    environment = {
        "DEMO_PORT": str(port),
        "DEMO_MODEL": model,
        "DEMO_WEIGHTS": str(weights),
        "KERAS_HOME": str(folder / "demo-keras"),  # Keras writes a file of settings there
        "KERAS_BACKEND": "tensorflow",
        "TMPDIR": str(folder),  # for its uploads
        "CUDA_VISIBLE_DEVICES": "-1",
        "TF_CPP_MIN_LOG_LEVEL": "2",
    }
    command = [sys.executable, "-m", "tests.bench.demo"]
    with _running("demo", command, environment, port, folder, photo) as served:
        yield served


@contextmanager
def running_ours(name: str, environment: Mapping[str, str], folder: Path, photo: bytes) -> Iterator[Served]:
    """PaiShi with the settings in `environment`; the port is chosen here."""
    port = _free_port()
    command = [sys.executable, "-m", "paishi", "serve"]
    with _running(name, command, {**environment, "PAISHI_PORT": str(port)}, port, folder, photo) as served:
        yield served


@contextmanager
def _running(
    name: str, command: list[str], environment: Mapping[str, str], port: int, folder: Path, photo: bytes
) -> Iterator[Served]:
    log = folder / f"{name}.log"
    # Users' machines keep the bytecode of a program.
    kept = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    began = time.perf_counter()
    with log.open("wb") as sink:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**kept, **environment},
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=sink,
            # Ctrl-C must reach this process first, which ends the others in their order.
            start_new_session=True,
        )
    try:
        url = f"http://127.0.0.1:{port}/predict"
        _wait_for_answer(process, url, photo, log)
        yield Served(name, process.pid, url, time.perf_counter() - began)
    finally:
        _end(process)


def _wait_for_answer(process: subprocess.Popen[bytes], url: str, photo: bytes, log: Path) -> None:
    request = upload_request(url, photo)
    until = time.perf_counter() + START_LIMIT_S
    while not asyncio.run(_answers(url, request)):
        if process.poll() is not None or time.perf_counter() > until:
            raise ServerFailed("\n".join(log.read_text(errors="replace").splitlines()[-20:]))
        time.sleep(0.1)


async def _answers(url: str, request: bytes) -> bool:
    connection = Connection(url)
    try:
        return is_answer(await asyncio.wait_for(connection.exchange(request), 60))
    except OSError:
        return False
    finally:
        connection.close()


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_LIMIT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
