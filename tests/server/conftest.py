"""What every test of the server may ask for."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import httpx
import pytest

from tests.server.pictures import listed_photos

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"


def pytest_configure(config: pytest.Config) -> None:
    """Child processes import this checkout; a model is converted once for all workers of a run."""
    if os.name == "posix" and signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        # Under nohup, which servers started here would inherit; a handler they do not.
        signal.signal(signal.SIGHUP, lambda *_: None)
    os.environ["PAISHI_STAND_IN"] = ""  # most tests are about one model
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT / "server"), str(ROOT)])
    if not hasattr(config, "workerinput"):
        os.environ["PAISHI_CACHE"] = tempfile.mkdtemp(prefix="paishi-converted-")
        os.environ["PAISHI_TAUGHT"] = tempfile.mkdtemp(prefix="paishi-taught-")  # not the one at home


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        for made in ("PAISHI_CACHE", "PAISHI_TAUGHT"):
            shutil.rmtree(os.environ.pop(made), ignore_errors=True)


def slow(values: Iterable[str]) -> list[object]:
    """Parameters of tests that are left to CI."""
    return [pytest.param(value, marks=pytest.mark.slow) for value in values]


def need_shared(*parts: str) -> Path:
    """A path below ../shared; skips where that is absent, and fails where it must not be."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        _lacks(f"needs ../shared/{'/'.join(parts)}: weights and photos that are not part of PaiShi")
    return path


def need_program(name: str) -> str:
    """The path of a program of Debian's package of that name; skips and fails as `need_shared` does."""
    found = shutil.which(name)
    return found or _lacks(f"needs {name}: apt install {name}")


def _lacks(reason: str) -> NoReturn:
    if os.environ.get("PAISHI_REQUIRE_SHARED"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def photos() -> list[Path]:
    """40 real photos, named wnid_class.jpg or similar."""
    return listed_photos(need_shared("photos"), "imagenet")


KEPT = httpx.Limits(keepalive_expiry=2)
"""Shorter than the server's own 5 s: of two who close an idle connection, the one who sends must be first."""


@dataclass
class RunningServer:
    """A real `python -m paishi serve`; `output` is the file that it prints to."""

    process: subprocess.Popen[bytes]
    url: str
    output: Path

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, timeout=60, trust_env=False, limits=KEPT)

    def says(self, text: str) -> None:
        """Waits until it has: the log is written after the answer."""
        wait_for(lambda: text in self.output.read_text(), 30, text)


def children(process: int) -> dict[int, str]:
    """Processes that `process` has started, and their command lines. By /proc, so on Linux only."""
    found = {}
    for thread in Path(f"/proc/{process}/task").iterdir():
        with suppress(OSError):  # a thread, or a child, that has just ended
            for child in (thread / "children").read_text().split():
                command = Path(f"/proc/{child}/cmdline").read_bytes()
                found[int(child)] = command.replace(b"\0", b" ").decode()
    return found


def has_tensorflow(process: int) -> bool:
    """Whether it has TensorFlow's libraries in its memory; those of OpenVINO's reader do not count."""
    return "site-packages/tensorflow/" in Path(f"/proc/{process}/maps").read_text()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def wait_for(condition: Callable[[], bool], seconds: float, what: str, every_s: float = 0.1) -> None:
    """Polls; the limit only ends a hang, it is no assertion about speed."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, f"waited {seconds} s for {what}"
        time.sleep(every_s)


def answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


@contextmanager
def run_server(
    output: Path,
    until: str = "/readyz",
    stderr: int | None = None,
    program: Sequence[str] = ("-m", "paishi", "serve"),
    **environment: str,
) -> Iterator[RunningServer]:
    """Starts the server on a loopback port and waits until `until` answers 200.

    `stderr` is a file descriptor for standard error, which else goes to `output` as well; `program` is what
    Python is given to run.
    """
    port = int(environment.get("PAISHI_PORT", free_port()))
    env = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PAISHI_")},
        "PAISHI_HOST": "127.0.0.1",
        "PAISHI_PORT": str(port),
        "KERAS_HOME": str(output.parent / "keras"),
        "PAISHI_CACHE": os.environ["PAISHI_CACHE"],
        "PAISHI_TAUGHT": str(output.parent / "taught"),
        "PAISHI_STAND_IN": "",
        "COLUMNS": "200",
        **environment,
    }
    with output.open("wb") as sink:
        process = subprocess.Popen(
            [sys.executable, *program],
            cwd=ROOT,
            env=env,
            stdout=sink,
            stderr=sink if stderr is None else stderr,
        )
    server = RunningServer(process, f"http://127.0.0.1:{port}", output)
    try:
        wait_for(lambda: answers(server.url + until) or process.poll() is not None, 120, until)
        assert process.poll() is None, output.read_text()
        yield server
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(30)


@pytest.fixture(scope="session")
def keras_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Keras home with real weights; a server may write into it, which ../shared/keras is not for."""
    home = tmp_path_factory.mktemp("keras-home")
    (home / "models").mkdir()
    for file in need_shared("keras", "models").iterdir():
        (home / "models" / file.name).symlink_to(file.resolve())
    return home


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, keras_home: Path) -> Iterator[RunningServer]:
    """MobileNetV2 with its real weights, fit crop."""
    output = tmp_path_factory.mktemp("server") / "output"
    with run_server(output, KERAS_HOME=str(keras_home), PAISHI_MODEL="MobileNetV2") as running:
        yield running


@pytest.fixture(scope="session")
def client(server: RunningServer) -> Iterator[httpx.Client]:
    with server.client() as client:
        yield client
