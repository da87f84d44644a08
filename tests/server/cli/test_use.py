"""`paishi use` and SIGHUP, with real servers and real weights."""

import json
import os
import pty
import shutil
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import h5py
import httpx
import numpy as np
import pytest
from PIL import Image

from paishi.models.catalogue import find_backbone
from tests.server.cli.command import assert_one_sentence, invoke, run
from tests.server.conftest import ROOT, RunningServer, free_port, run_server, wait_for
from tests.server.pictures import file_of

MOBILENET_V2 = find_backbone("MobileNetV2").weights.file


@pytest.fixture(scope="module")
def rolled(keras_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """MobileNetV2 that calls every class by the name of the one after it."""
    file = tmp_path_factory.mktemp("rolled") / "rolled.h5"
    shutil.copy(keras_home / "models" / MOBILENET_V2, file)
    with h5py.File(file, "r+") as stored:
        for name in ("kernel", "bias"):
            weight = stored[f"predictions/predictions/{name}"]
            weight[...] = np.roll(weight[...], 1, axis=-1)
    return file


@pytest.fixture(scope="module")
def second_home(keras_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Keras home in which the weights are a copy that can be replaced."""
    home = tmp_path_factory.mktemp("second-home")
    (home / "models").mkdir()
    shutil.copy(keras_home / "models" / MOBILENET_V2, home / "models")
    return home


@pytest.fixture(scope="module")
def swapped(second_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    output = tmp_path_factory.mktemp("swapped") / "output"
    with run_server(output, KERAS_HOME=str(second_home), PAISHI_MODEL="MobileNetV2") as server:
        yield server


@pytest.fixture(scope="module")
def photo(photos: list[Path]) -> bytes:
    """So large that most of a request's time goes by between its start and inference."""
    with Image.open(photos[0]) as small:
        return file_of(small.resize((3000, 2250)))


@pytest.fixture(scope="module")
def ids() -> list[str]:
    rows = json.loads((ROOT / "shared" / "labels" / "imagenet.json").read_text(encoding="utf-8"))
    return [row["id"] for row in rows]


def port_of(server: RunningServer) -> str:
    return server.url.rpartition(":")[2]


@dataclass
class Crowd:
    """Threads that send one photo over and over; `answers` has the results of each, in order."""

    server: RunningServer
    photo: bytes
    answers: list[list[str]] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)

    def ask(self, mine: list[str]) -> None:
        with self.server.client() as client:
            while not self._stop.is_set():
                try:
                    answer = client.post("/predict?top=1", files={"image": self.photo})
                    body = answer.json()
                    mine.append(body["predictions"][0]["id"] if answer.status_code == 200 else str(body))
                except httpx.TransportError as error:
                    mine.append(repr(error))

    @contextmanager
    def asking(self, threads: int = 6) -> Iterator[None]:
        self.answers = [[] for _ in range(threads)]
        running = [threading.Thread(target=self.ask, args=[mine]) for mine in self.answers]
        for thread in running:
            thread.start()
        try:
            wait_for(lambda: all(len(mine) > 2 for mine in self.answers), 300, "first answers")
            yield
            before = [len(mine) for mine in self.answers]
            wait_for(
                lambda: all(len(mine) > count + 2 for mine, count in zip(self.answers, before, strict=True)),
                300,
                "last answers",
            )
        finally:
            self._stop.set()
            for thread in running:
                thread.join(60)

    def changes(self) -> list[list[str]]:
        return [[answer for answer, _ in groupby(mine)] for mine in self.answers]


def top(server: RunningServer, photo: bytes) -> str:
    with server.client() as client:
        found = client.post("/predict?top=1", files={"image": photo}).json()
    return str(found["predictions"][0]["id"])


def test_use_under_load(
    swapped: RunningServer, photo: bytes, rolled: Path, second_home: Path, ids: list[str]
) -> None:
    """No request fails, each client sees the change once, and it can be undone."""
    old = top(swapped, photo)
    new = ids[ids.index(old) + 1]
    home = {"KERAS_HOME": str(second_home)}
    for weights, expected in ((str(rolled), [old, new]), ("imagenet", [new, old])):
        crowd = Crowd(swapped, photo)
        with crowd.asking():
            done = run("use", "mobilenetv2", "--weights", weights, "--port", port_of(swapped), **home)
            assert done.returncode == 0, done.stderr
        assert crowd.changes() == [expected] * len(crowd.answers)
        assert "now serves MobileNetV2." in done.stdout
    assert "Traceback" not in swapped.output.read_text()


def test_a_swap_that_fails_keeps_the_model(
    swapped: RunningServer, photo: bytes, second_home: Path, tmp_path: Path
) -> None:
    before = top(swapped, photo)
    wrong = tmp_path / "wrong.h5"
    with h5py.File(wrong, "w") as stored:
        stored["kernel"] = np.zeros((3, 3))
    crowd = Crowd(swapped, photo)
    with crowd.asking(2):
        done = run("use", "MobileNetV2", "--weights", str(wrong), KERAS_HOME=str(second_home))
    assert done.returncode == 1
    assert "could not switch to MobileNetV2" in done.stderr
    assert str(wrong) in done.stderr
    assert "Traceback" not in done.stderr
    assert crowd.changes() == [[before]] * 2
    swapped.says("MobileNetV2 stays")
    with swapped.client() as client:
        assert client.get("/readyz").json()["model"]["name"] == "MobileNetV2"


def test_sighup_loads_the_file_anew(
    swapped: RunningServer, photo: bytes, rolled: Path, second_home: Path, ids: list[str]
) -> None:
    old = top(swapped, photo)
    weights = second_home / "models" / MOBILENET_V2
    shutil.copy(rolled, weights.with_suffix(".new"))
    os.replace(weights.with_suffix(".new"), weights)
    crowd = Crowd(swapped, photo)
    new = ids[ids.index(old) + 1]
    with crowd.asking(2):
        swapped.process.send_signal(signal.SIGHUP)
        wait_for(lambda: all(mine[-1] == new for mine in crowd.answers), 300, "the other answers")
    assert crowd.changes() == [[old, new]] * 2


def test_an_unknown_name(second_home: Path) -> None:
    done = invoke("use", "ResNet5O", KERAS_HOME=str(second_home))
    assert_one_sentence(done)
    assert "ResNet50" in done.stderr


def test_no_server(tmp_path: Path) -> None:
    done = invoke("use", "ResNet50", KERAS_HOME=str(tmp_path))
    assert_one_sentence(done, code=1)
    assert "No server of this user runs" in done.stderr


def test_several_servers_need_a_port(tmp_path: Path) -> None:
    environment = {
        "KERAS_HOME": str(tmp_path / "keras"),
        "PAISHI_WEIGHTS": "/nowhere/a.h5",
        "PAISHI_WEIGHTS_RETRY_S": "60",
    }
    home = {"KERAS_HOME": environment["KERAS_HOME"]}
    with (
        run_server(tmp_path / "one", until="/livez", **environment) as one,
        run_server(tmp_path / "two", until="/livez", **environment) as two,
    ):
        ports = (port_of(one), port_of(two))
        done = run("use", "MobileNet", **home)
        assert_one_sentence(done)
        assert all(port in done.stderr for port in ports)
        done = run("use", "MobileNet", "--port", ports[1], "--weights", "/nowhere/b.h5", **home)
        assert_one_sentence(done, code=1)
        assert "/nowhere/b.h5" in done.stderr
        two.says("/nowhere/b.h5")
        assert "/nowhere/b.h5" not in one.output.read_text()
    assert sorted(file.name for file in (tmp_path / "keras" / "paishi" / "run").glob("*.json")) == []


def test_a_file_of_weights_is_for_the_model_that_it_was_set_for(tmp_path: Path) -> None:
    home = {"KERAS_HOME": str(tmp_path / "keras")}
    shut = {"HTTPS_PROXY": f"http://127.0.0.1:{free_port()}", "NO_PROXY": "127.0.0.1"}
    environment = {**home, **shut, "PAISHI_WEIGHTS": "/nowhere/a.h5", "PAISHI_WEIGHTS_RETRY_S": "60"}
    with run_server(tmp_path / "output", until="/livez", **environment):
        same = run("use", "resnet50", **home)
        assert_one_sentence(same, code=1)
        assert "/nowhere/a.h5" in same.stderr
        other = run("use", "NASNetMobile", LANGUAGE="en", **home)
        assert other.returncode == 1
        assert "/nowhere/a.h5" not in other.stderr
        assert "could not switch to NASNetMobile: The weights of NASNetMobile could not be" in other.stderr
        assert (
            f"  by hand  curl -fL -C - --create-dirs -o {tmp_path}/keras/models/nasnet_mobile.h5 "
            in other.stderr
        )


def test_a_server_needs_no_run_folder(tmp_path: Path) -> None:
    """A file in place of the folder stops even root, whom permissions do not."""
    (tmp_path / "file").write_text("")
    home = str(tmp_path / "file" / "keras")
    with run_server(
        tmp_path / "output", until="/livez", KERAS_HOME=home, PAISHI_WEIGHTS="/nowhere/a.h5"
    ) as server:
        done = run("use", "MobileNet", KERAS_HOME=home)
        assert_one_sentence(done, code=1)
        assert "Not a directory" in done.stderr
        server.process.send_signal(signal.SIGHUP)
        server.says("ResNet50 stays")
        assert "Traceback" not in server.output.read_text()


@pytest.mark.skipif(sys.platform != "linux", reason="terminals as Linux has them")
@pytest.mark.parametrize("nohup", [False, True])
def test_a_server_ends_with_its_terminal_unless_under_nohup(tmp_path: Path, nohup: bool) -> None:
    port = free_port()
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(ROOT)
        if nohup:
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
        settings = {
            "PAISHI_HOST": "127.0.0.1",
            "PAISHI_PORT": str(port),
            "PAISHI_WEIGHTS": "/nowhere/a.h5",
            "KERAS_HOME": str(tmp_path),
        }
        os.execve(sys.executable, [sys.executable, "-m", "paishi", "serve"], {**os.environ, **settings})
    ended = False
    try:
        wait_for(lambda: listens(port), 120, "the server")
        wait_for(lambda: (tmp_path / "paishi" / "run" / f"{port}.json").exists(), 60, "the run file")
        os.kill(pid, signal.SIGHUP)  # the terminal is still there
        time.sleep(0.5)
        assert os.waitpid(pid, os.WNOHANG) == (0, 0)
        os.close(terminal)
        if nohup:
            time.sleep(1)
            assert os.waitpid(pid, os.WNOHANG) == (0, 0)
        else:
            wait_for(lambda: os.waitpid(pid, os.WNOHANG)[0] == pid, 60, "the end")
            ended = True
    finally:
        if not ended:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
