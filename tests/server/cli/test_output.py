"""Whatever standard output can or cannot take, commands end with a sentence and a server answers."""

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.server.cli.command import run
from tests.server.conftest import ROOT, answers, free_port, run_server, wait_for
from tests.server.pictures import file_of, noise

CODE_PAGES = ["ascii", "cp1252", "gbk"]
LATER = {"PAISHI_MODEL": "MobileNetV2", "PAISHI_WEIGHTS_RETRY_S": "0.5", "PAISHI_STAND_IN": ""}


@pytest.mark.parametrize("encoding", CODE_PAGES)
@pytest.mark.parametrize("command", [["--help"], ["settings"], ["models"], ["corrections", "--help"]])
def test_commands_in_any_encoding(command: list[str], encoding: str) -> None:
    done = run(*command, PYTHONIOENCODING=encoding, PAISHI_MODEL="拍识")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("encoding", CODE_PAGES)
def test_names_and_files_in_any_encoding(
    photos: list[Path], keras_home: Path, tmp_path: Path, encoding: str
) -> None:
    photo = tmp_path / "照片 é.jpg"
    photo.symlink_to(photos[0])
    environment = {"PAISHI_MODEL": "MobileNetV2", "KERAS_HOME": str(keras_home)}
    done = run("predict", str(photo), PYTHONIOENCODING=encoding, **environment)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("%") == 5


@pytest.mark.parametrize("encoding", CODE_PAGES)
def test_a_server_in_any_encoding_finds_weights_later(
    keras_home: Path, tmp_path: Path, encoding: str
) -> None:
    """What it prints without a model is in Chinese too; it must not end the retries."""
    [weights] = (keras_home / "models").glob("*1.0_224.h5")
    later = tmp_path / "later.h5"
    environment = {**LATER, "PAISHI_WEIGHTS": str(later), "PYTHONIOENCODING": encoding}
    with run_server(tmp_path / "output", until="/livez", **environment) as server, server.client() as client:
        wait_for(lambda: client.get("/readyz").json()["code"] == "model-unavailable", 60, "the failure")
        later.symlink_to(weights)
        wait_for(lambda: client.get("/readyz").status_code == 200, 300, "the weights")
        assert client.post("/predict", files={"image": file_of(noise())}).json()["success"] is True
    assert "Traceback" not in server.output.read_text("utf-8", "replace")


@pytest.mark.skipif(os.name != "posix", reason="needs a shell")
@pytest.mark.parametrize("closed", ["stdout", "both"])
def test_a_server_goes_on_when_nobody_reads_its_output(keras_home: Path, tmp_path: Path, closed: str) -> None:
    """As in `paishi serve | head -1`, and in `paishi serve 2>&1 | head -1`."""
    [weights] = (keras_home / "models").glob("*1.0_224.h5")
    later = tmp_path / "later.h5"
    port = free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PAISHI_")},
        **LATER,
        "PAISHI_CACHE": os.environ["PAISHI_CACHE"],
        "PAISHI_HOST": "127.0.0.1",
        "PAISHI_PORT": str(port),
        "PAISHI_WEIGHTS": str(later),
        "KERAS_HOME": str(tmp_path),
    }
    url = f"http://127.0.0.1:{port}"
    with (
        (tmp_path / "log").open("wb") as log,
        open("/dev/full" if closed == "full" else os.devnull, "wb") as full,
        subprocess.Popen(
            [sys.executable, "-m", "paishi", "serve"],
            cwd=ROOT,
            env=environment,
            stdout=full if closed == "full" else subprocess.PIPE,
            stderr=subprocess.STDOUT if closed == "both" else log,
        ) as process,
    ):
        try:
            if process.stdout:
                process.stdout.readline()
                process.stdout.close()
            wait_for(lambda: answers(f"{url}/livez") or process.poll() is not None, 60, "the server")
            wait_for(lambda: _code(url) == "model-unavailable" or process.poll() is not None, 60, "failure")
            later.symlink_to(weights)
            wait_for(lambda: answers(f"{url}/readyz") or process.poll() is not None, 300, "the weights")
            assert process.poll() is None
            answer = httpx.post(f"{url}/predict", files={"image": file_of(noise())}, trust_env=False)
            assert answer.status_code == 200
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0
        finally:
            process.kill()
    assert "Traceback" not in (tmp_path / "log").read_text("utf-8")


def _code(url: str) -> object:
    return httpx.get(f"{url}/readyz", trust_env=False).json().get("code")


@pytest.mark.skipif(os.name != "posix", reason="needs a shell")
@pytest.mark.parametrize("command", ["settings", "settings --json", "models", "models --json", "--help"])
def test_commands_end_quietly_when_nobody_reads_on(command: str) -> None:
    shell = f'"$0" -m paishi {command} | head -1'
    done = subprocess.run(["sh", "-c", shell, sys.executable], cwd=ROOT, capture_output=True, text=True)
    assert done.stderr == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("command", ["settings", "settings --json", "models", "models --json", "key new"])
def test_a_full_disk_is_one_sentence(command: str) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "paishi", *command.split()],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert done.returncode == 1
    assert done.stderr == f"The output cannot be written: {os.strerror(errno.ENOSPC)}.\n"


@pytest.mark.skipif(os.name != "posix", reason="needs a shell")
@pytest.mark.parametrize("form", ["", "--json"])
def test_predict_ends_quietly_when_nobody_reads_on(photos: list[Path], keras_home: Path, form: str) -> None:
    shell = f'"$0" -m paishi predict {form} "$@" | head -1'
    done = subprocess.run(
        ["sh", "-c", shell, sys.executable, *map(str, photos[:20])],
        cwd=ROOT,
        env={**os.environ, "PAISHI_MODEL": "MobileNetV2", "KERAS_HOME": str(keras_home)},
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""
    assert len(done.stdout.splitlines()) == 1
