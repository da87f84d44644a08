"""`paishi doctor` finds what is broken, and says what to do."""

import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from paishi.cli import diagnosis
from paishi.models.catalogue import CATALOGUE
from tests.server.api.conftest import started
from tests.server.cli.command import invoke
from tests.server.conftest import free_port

FILE = CATALOGUE["MobileNetV2"].weights.file


@pytest.fixture(autouse=True)
def healthy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which nothing is wrong, whatever the one of the tests is like."""
    settings = {"KERAS_HOME": str(tmp_path / "keras"), "PAISHI_CACHE": str(tmp_path / "cache")}
    settings |= {"PAISHI_MODEL": "EfficientNetLite0", "PAISHI_HOST": "127.0.0.1", "PAISHI_PORT": "0"}
    for name, value in {**settings, "NO_PROXY": "127.0.0.1"}.items():
        monkeypatch.setenv(name, value)


def findings(code: int, *options: str, **environment: str) -> dict[str, list[dict[str, Any]]]:
    """What it prints as JSON, by the name of the check."""
    done = invoke("doctor", "--json", *options, **environment)
    assert done.returncode == code, done.stdout
    body = json.loads(done.stdout)
    assert body["ok"] is (code == 0)
    found: dict[str, list[dict[str, Any]]] = {}
    for one in body["checks"]:
        assert one["state"] in ("ok", "note", "wrong")
        assert one["found"]
        assert one["state"] != "wrong" or one["advice"] or one["name"] == "settings"
        found.setdefault(one["name"], []).append(one)
    return found


def test_everything_is_looked_at() -> None:
    found = findings(0, "--offline")
    assert found.keys() >= {"python", "platform", "packages", "processor", "cores", "memory", "settings"}
    assert found.keys() >= {"port", "disk", "model", "weights", "cache", "clock", "for tests"}
    assert {one["state"] for name in ("settings", "port", "disk", "weights") for one in found[name]} == {"ok"}


def test_each_line_of_text_has_a_state_and_a_name() -> None:
    done = invoke("doctor", "--offline", PAISHI_MODEL="MobileNetV2")
    assert done.returncode == 0
    lines = [line for line in done.stdout.splitlines()[1:] if not line.startswith(" ")]
    assert {line.split()[0] for line in lines} <= {"ok", "note"}
    assert "paishi weights fetch MobileNetV2" in done.stdout


def test_a_port_that_another_program_has() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        [port] = findings(1, "--offline", PAISHI_PORT=str(other.getsockname()[1]))["port"]
    assert "PAISHI_PORT" in port["advice"]


def test_a_port_that_paishi_has() -> None:
    with started() as client:
        [port] = findings(0, "--offline", PAISHI_PORT=str(client.base_url.port))["port"]
    assert "PaiShi is running" in port["found"]


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    disk = findings(1, "--offline", KERAS_HOME=str(tmp_path / "file" / "keras"))["disk"]
    [wrong] = [one for one in disk if one["state"] == "wrong"]
    assert "KERAS_HOME" in wrong["advice"]


@pytest.mark.skipif(os.name == "nt" or not os.getuid(), reason="root may write everywhere")
def test_a_folder_of_another_user(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    disk = findings(1, "--offline")["disk"]
    tmp_path.chmod(0o700)
    assert {one["state"] for one in disk} == {"wrong"}


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "no such file"), (b"", "damaged"), (b"\x89HDF\r\n\x1a\n" + bytes(100), "damaged")],
)
def test_wrong_weights_of_the_operator(tmp_path: Path, content: bytes | None, said: str) -> None:
    file = tmp_path / "own.weights.h5"
    if content is not None:
        file.write_bytes(content)
    settings = {"PAISHI_MODEL": "MobileNetV2", "PAISHI_WEIGHTS": str(file)}
    [weights] = findings(1, "--offline", **settings)["weights"]
    assert said in weights["found"]
    assert str(file) in weights["found"]


def test_wrong_weights_in_the_cache(tmp_path: Path) -> None:
    file = tmp_path / "keras" / "models" / FILE
    file.parent.mkdir(parents=True)
    file.write_text("<html>log in</html>")
    [weights] = findings(1, "--offline", PAISHI_MODEL="MobileNetV2")["weights"]
    assert "damaged" in weights["found"]
    assert "Delete" in weights["advice"]


@pytest.mark.parametrize(
    ("settings", "check", "said"),
    [
        ({"PAISHI_TOP": "five", "PAISHI_LOG": "loud"}, "settings", "PAISHI_LOG"),
        ({"PAISHI_MODEL": "ResNet5"}, "model", "ResNet50"),
        ({"PAISHI_STAND_IN": "ResNet5"}, "model", "ResNet50"),
    ],
)
def test_wrong_settings(settings: dict[str, str], check: str, said: str) -> None:
    found = findings(1, "--offline", **settings)[check]
    assert any(said in one["found"] + one["advice"] for one in found if one["state"] == "wrong")


class Mirror(BaseHTTPRequestHandler):
    """Has the file of MobileNetV2; `ahead_s` is how far its clock is ahead."""

    ahead_s = 0

    def do_HEAD(self) -> None:
        self.send_response(200 if self.path == f"/{FILE}" else 404)
        self.end_headers()

    def date_time_string(self, timestamp: float | None = None) -> str:
        return formatdate(time.time() + self.ahead_s, usegmt=True)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def mirror(ahead_s: int = 0) -> Iterator[str]:
    handler = type("Handler", (Mirror,), {"ahead_s": ahead_s})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def fetched_from(address: str, **settings: str) -> dict[str, str]:
    model = {"PAISHI_MODEL": "MobileNetV2", "PAISHI_WEIGHTS_SOURCES": "mirrors"}
    return {**model, "PAISHI_WEIGHTS_MIRRORS": address, **settings}


def test_a_mirror_that_has_the_weights() -> None:
    with mirror() as address:
        found = findings(0, **fetched_from(address))
    assert [one["state"] for one in found["source"]] == ["ok"]
    assert [one["state"] for one in found["clock"]] == ["ok"]


@pytest.mark.parametrize(("stand_in", "code"), [("EfficientNetLite0", 0), ("", 1)])
def test_no_mirror_that_has_the_weights(stand_in: str, code: int) -> None:
    with mirror() as address:
        found = findings(code, **fetched_from(f"{address}/empty", PAISHI_STAND_IN=stand_in))
    assert "404" in found["source"][0]["found"]
    assert "PAISHI_WEIGHTS_MIRRORS" in found["source"][-1]["advice"]


def test_a_mirror_that_cannot_be_reached() -> None:
    settings = fetched_from(f"http://127.0.0.1:{free_port()}", PAISHI_STAND_IN="EfficientNetLite0")
    assert "cannot be reached" in findings(0, **settings)["source"][0]["found"]


def test_no_mirror_is_asked_offline() -> None:
    assert "source" not in findings(0, "--offline", **fetched_from(f"http://127.0.0.1:{free_port()}"))


def test_a_wrong_clock() -> None:
    with mirror(ahead_s=86_400) as address:
        [clock] = findings(0, **fetched_from(address))["clock"]
    assert clock["state"] == "note"
    assert "Set the clock" in clock["advice"]


def test_memory_is_that_of_the_container(tmp_path: Path) -> None:
    files = {
        "proc/meminfo": "MemTotal:  8000000 kB\nMemAvailable:  4000000 kB\n",
        "sys/fs/cgroup/memory.max": "900000000\n",
        "sys/fs/cgroup/memory.current": "400000000\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert diagnosis._free_mb(tmp_path) == 500
    (tmp_path / "sys/fs/cgroup/memory.max").write_text("max\n")
    assert diagnosis._free_mb(tmp_path) == 4096
    assert diagnosis._free_mb(tmp_path / "none") is None


def test_a_processor_without_avx(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagnosis, "cpuinfo", lambda: {"flags": "sse4_2"})
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    [processor] = findings(0, "--offline")["processor"]
    assert processor["state"] == "note"
    assert "SLIM=1" in processor["advice"]
