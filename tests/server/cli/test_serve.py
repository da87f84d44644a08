"""The real program: what it prints, how it ends."""

import os
import signal
import socket
import sys
import threading
from collections import Counter
from pathlib import Path

import httpx
import pytest

from paishi.system.cpu_count import usable_cores
from tests.server.cli.command import assert_one_sentence, invoke, run
from tests.server.conftest import RunningServer, run_server, wait_for
from tests.server.pictures import file_of, noise

CANNOT_HAVE_WEIGHTS = {"PAISHI_WEIGHTS": "/nowhere/resnet50.h5", "PAISHI_WEIGHTS_RETRY_S": "0.5"}


def test_ready_prints_model_and_addresses(server: RunningServer) -> None:
    wait_for(lambda: "is ready" in server.output.read_text(), 60, "the banner")
    printed = server.output.read_text()
    assert "MobileNetV2 on openvino in fp32, fit crop" in printed
    assert server.url in printed
    assert f"{server.url}/docs" in printed
    assert "phone, same Wi-Fi" in printed


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone has it")
def test_its_threads_do_not_interrupt_each_other(server: RunningServer) -> None:
    threads = [int(task.name) for task in Path(f"/proc/{server.process.pid}/task").iterdir()]
    policies = Counter(os.sched_getscheduler(thread) for thread in threads)
    assert policies[os.SCHED_BATCH] > usable_cores(), "those that calculate, and the event loop"
    assert policies[os.SCHED_OTHER] < usable_cores(), "NumPy's, which wait since it was imported"


def test_without_weights_it_names_the_file_and_serves_what_needs_none(tmp_path: Path) -> None:
    with (
        run_server(tmp_path / "output", until="/livez", **CANNOT_HAVE_WEIGHTS) as server,
        server.client() as client,
    ):
        wait_for(lambda: client.get("/readyz").json()["code"] == "model-unavailable", 60, "the failure")
        for answer in (client.get("/readyz"), client.post("/predict", files={"image": file_of(noise())})):
            problem = answer.json()
            assert (answer.status_code, problem["code"]) == (503, "model-unavailable")
            assert int(answer.headers["retry-after"]) == problem["retry_after"]
            assert "/nowhere/resnet50.h5" in problem["detail"]
        assert client.post("/image", files={"image": file_of(noise())}).status_code == 200
        assert len(client.get("/models").json()["models"]) > 30
        assert client.get("/docs").status_code == 200
        assert "/nowhere/resnet50.h5" in (tmp_path / "output").read_text()


def test_weights_that_come_later_are_found(tmp_path: Path, keras_home: Path) -> None:
    [weights] = (keras_home / "models").glob("*1.0_224.h5")
    later = tmp_path / "later.h5"
    environment = {
        "PAISHI_MODEL": "MobileNetV2",
        "PAISHI_WEIGHTS": str(later),
        "PAISHI_WEIGHTS_RETRY_S": "0.5",
    }
    with run_server(tmp_path / "output", until="/livez", **environment) as server, server.client() as client:
        wait_for(lambda: client.get("/readyz").json()["code"] == "model-unavailable", 60, "the failure")
        later.symlink_to(weights)
        wait_for(lambda: client.get("/readyz").status_code == 200, 300, "the weights")
        assert client.post("/predict", files={"image": file_of(noise())}).json()["success"] is True


def test_an_unknown_model() -> None:
    done = run("serve", PAISHI_MODEL="ResNet5O")
    assert_one_sentence(done)
    assert "ResNet50" in done.stderr


def test_a_port_in_use() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = run("serve", PAISHI_HOST="127.0.0.1", PAISHI_PORT=str(port))
    assert_one_sentence(done)
    assert str(port) in done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PAISHI_PORT", "http"),
        ("PAISHI_FIT", "stretch"),
        ("PAISHI_MAX_BODY_MB", "-1"),
        ("PAISHI_PUBLIC_URL", "x"),
    ],
)
def test_an_invalid_setting(name: str, value: str) -> None:
    done = invoke("settings", **{name: value})
    assert_one_sentence(done)
    assert name in done.stderr
    assert value in done.stderr


def test_requests_in_progress_at_sigterm_are_finished(tmp_path: Path) -> None:
    """A photo is half received when the signal comes; its sender still gets the answer."""
    with run_server(tmp_path / "output", until="/livez", **CANNOT_HAVE_WEIGHTS) as server:
        half_sent, go_on = threading.Event(), threading.Event()
        photo = file_of(noise(), "PNG")

        def slowly() -> object:
            yield b'--b\r\nContent-Disposition: form-data; name="image"; filename="x"\r\n\r\n' + photo[:100]
            half_sent.set()
            go_on.wait(20)
            yield photo[100:] + b"\r\n--b--\r\n"

        def send() -> None:
            headers = {"Content-Type": "multipart/form-data; boundary=b"}
            with server.client() as client:
                answers.append(client.post("/image", content=slowly(), headers=headers))

        answers: list[httpx.Response] = []
        sender = threading.Thread(target=send)
        sender.start()
        assert half_sent.wait(20)
        wait_for(lambda: httpx.get(server.url + "/livez", trust_env=False).is_success, 60, "the server")
        server.process.send_signal(signal.SIGTERM)
        go_on.set()
        sender.join(20)
        assert [answer.status_code for answer in answers] == [200]
        assert server.process.wait(20) == 0
        assert "Traceback" not in server.output.read_text()


def test_sigterm_while_loading_ends_at_once(tmp_path: Path, keras_home: Path) -> None:
    environment = {"PAISHI_MODEL": "MobileNetV2", "KERAS_HOME": str(keras_home)}
    with run_server(tmp_path / "output", until="/livez", **environment) as server:
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(20) == 0
        assert "Traceback" not in server.output.read_text()
