"""SIGTERM and Ctrl-C: which requests are finished, and that the process exits."""

import os
import pty
import signal
import socket
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.server.conftest import ROOT, answers, free_port, run_server, wait_for
from tests.server.lifecycle.conftest import (
    Asking,
    StartMoody,
    assert_no_trace,
    exit_code,
    refuses_connections,
)
from tests.server.lifecycle.moody import GOOD, SLOW, STUCK, photo
from tests.server.pictures import file_of, noise
from tests.server.system.test_child_process import runs


def readiness(client: httpx.Client) -> tuple[int, str]:
    answer = client.get("/readyz")
    return answer.status_code, answer.json().get("code", "")


def test_while_it_drains_it_serves_but_is_not_ready(moody: StartMoody) -> None:
    with moody(PAISHI_DRAIN_S="3") as server, server.client() as client:
        assert "connection" not in client.get("/livez").headers
        server.process.send_signal(signal.SIGTERM)
        wait_for(lambda: readiness(client) != (200, ""), 3, "an unready server")
        assert readiness(client) == (503, "shutting-down")
        answer = client.post("/predict", files={"image": photo(GOOD)})
        assert (answer.status_code, answer.headers["connection"]) == (200, "close")
        assert exit_code(server.process) == 0
        assert refuses_connections(server)
    assert_no_trace(server)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_requests_in_progress_are_finished(moody: StartMoody, how: signal.Signals) -> None:
    with moody() as server:
        in_hand = Asking(server, SLOW).begun("slow")
        server.process.send_signal(how)
        assert in_hand.answer().status_code == 200
        assert exit_code(server.process) == 0
    assert_no_trace(server)


def test_idle_connections_do_not_delay_the_exit(moody: StartMoody) -> None:
    with moody(PAISHI_SHUTDOWN_S="60") as server, server.client() as client:
        client.get("/livez")
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(30) == 0


def test_an_upload_that_never_ends_is_cancelled(moody: StartMoody) -> None:
    """Its sender gets a response, the log one sentence."""
    with moody(PAISHI_SHUTDOWN_S="1") as server:
        port = int(server.url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)) as sender:
            sender.sendall(b"POST /image HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n")
            sender.sendall(b"Content-Type: multipart/form-data; boundary=b\r\n\r\n--b\r\n")
            wait_for(lambda: httpx.get(f"{server.url}/livez", trust_env=False).is_success, 10, "the server")
            server.process.send_signal(signal.SIGTERM)
            sender.settimeout(30)
            received = b"".join(iter(lambda: sender.recv(65536), b""))
        head, _, body = received.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 503")
        assert b"connection: close" in head.lower()
        assert b'"shutting-down"' in body
        assert exit_code(server.process) == 1
    assert server.output.read_text().count("are cancelled") == 1
    assert_no_trace(server)


def test_a_client_that_does_not_read_cannot_prevent_the_exit(moody: StartMoody) -> None:
    with moody(PAISHI_SHUTDOWN_S="1") as server, socket.socket() as sender:
        # More than the system keeps for a sender whose receiver has no room.
        picture = file_of(noise(3000, 2500), quality=95)
        assert len(picture) > 6_000_000
        sender.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sender.connect(("127.0.0.1", int(server.url.rpartition(":")[2])))
        form = b'--b\r\nContent-Disposition: form-data; name="image"; filename="x"\r\n\r\n' + picture
        form += b"\r\n--b--\r\n"
        sender.sendall(
            b"POST /image HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\n"
        )
        sender.sendall(b"Content-Length: %d\r\n\r\n" % len(form) + form)
        assert sender.recv(12) == b"HTTP/1.1 200"
        server.process.send_signal(signal.SIGTERM)
        assert exit_code(server.process) == 1
    assert server.output.read_text().count("are cancelled") == 1
    assert_no_trace(server)


def test_a_model_that_hangs_cannot_prevent_the_exit(moody: StartMoody) -> None:
    with moody(PAISHI_SHUTDOWN_S="1", PAISHI_HANG_S="0") as server:
        in_hand = Asking(server, STUCK).begun("stuck")
        server.process.send_signal(signal.SIGTERM)
        assert in_hand.answer().json()["code"] == "shutting-down"
        assert exit_code(server.process) == 1
    assert "did not shut down within" in server.output.read_text()
    assert_no_trace(server)


def test_a_second_ctrl_c_ends_at_once(moody: StartMoody) -> None:
    with moody(PAISHI_SHUTDOWN_S="60") as server:
        Asking(server, STUCK).begun("stuck")
        server.process.send_signal(signal.SIGINT)
        wait_for(lambda: refuses_connections(server), 10, "a shut socket")
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(20) == 128 + signal.SIGINT
    assert_no_trace(server)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_without_weights(tmp_path: Path, how: signal.Signals) -> None:
    with run_server(tmp_path / "output", until="/livez", PAISHI_WEIGHTS="/nowhere/x.h5") as server:
        server.process.send_signal(how)
        assert exit_code(server.process) == 0
    assert_no_trace(server)


def test_while_a_model_is_compiled(moody: StartMoody) -> None:
    """Finalising the interpreter while a thread is within OpenVINO aborts."""
    with moody(until="/livez", MOODY_COMPILES="1") as server:
        server.says("compiling")
        server.process.send_signal(signal.SIGTERM)
        assert exit_code(server.process) == 0
    assert_no_trace(server)


@pytest.mark.skipif(sys.platform != "linux", reason="looks for children in /proc")
def test_a_conversion_ends_with_the_server(tmp_path: Path, keras_home: Path) -> None:
    environment = {
        "KERAS_HOME": str(keras_home),
        "PAISHI_MODEL": "MobileNetV2",
        "PAISHI_CACHE": str(tmp_path / "cache"),
    }
    with run_server(tmp_path / "output", until="/livez", **environment) as server:
        wait_for(lambda: conversions(server.process.pid) != [], 120, "the conversion")
        [child] = conversions(server.process.pid)
        server.process.send_signal(signal.SIGTERM)
        assert exit_code(server.process) == 0
        wait_for(lambda: not runs(child), 180, "the end of the conversion")
    assert_no_trace(server)


def conversions(process: int) -> list[int]:
    """Conversions that are children of `process`."""
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdecimal():
            try:
                state = Path(f"/proc/{entry}/stat").read_text()
                command = Path(f"/proc/{entry}/cmdline").read_bytes()
            except OSError:  # it has just ended
                continue
            if (
                int(state.rpartition(")")[2].split()[1]) == process
                and b"paishi.runtimes.conversion.keras_to_openvino" in command
            ):
                found.append(int(entry))
    return found


def test_late_requests_are_refused(moody: StartMoody) -> None:
    """On a connection that was open before: the listening socket is still open for a moment."""
    with moody(PAISHI_SHUTDOWN_S="5") as server:
        in_hand = Asking(server, SLOW).begun("slow")
        server.process.send_signal(signal.SIGTERM)
        until = time.monotonic() + 10
        late: list[int | str] = []
        while time.monotonic() < until and (not late or late[-1] != "refused"):
            try:
                answer = httpx.get(f"{server.url}/livez", trust_env=False)
                late.append(answer.status_code)
                if answer.status_code == 503:
                    assert answer.json()["code"] == "shutting-down"
                    assert answer.headers["connection"] == "close"
                    assert int(answer.headers["retry-after"]) == answer.json()["retry_after"]
            except httpx.TransportError:
                late.append("refused")
        assert set(late) <= {200, 503, "refused"}
        assert late[-1] == "refused"
        assert in_hand.answer().status_code == 200


@pytest.mark.skipif(sys.platform != "linux", reason="terminals as Linux has them")
def test_ctrl_c_in_a_terminal_prints_no_stack_trace(tmp_path: Path, keras_home: Path) -> None:
    """It reaches every process of the terminal, also the one that converts."""
    port = free_port()
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(ROOT)
        settings = {
            "PAISHI_HOST": "127.0.0.1",
            "PAISHI_PORT": str(port),
            "PAISHI_MODEL": "MobileNetV2",
            "KERAS_HOME": str(keras_home),
            "PAISHI_CACHE": str(tmp_path / "cache"),
        }
        os.execve(sys.executable, [sys.executable, "-m", "paishi", "serve"], {**os.environ, **settings})
    try:
        wait_for(lambda: conversions(pid) != [], 120, "the conversion")
        wait_for(lambda: answers(f"http://127.0.0.1:{port}/livez"), 30, "the server")
        [child] = conversions(pid)
        os.write(terminal, b"\x03")
        printed = b"".join(iter(lambda: read(terminal), b"")).decode()
        _, status = os.waitpid(pid, 0)
    except BaseException:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        raise
    assert os.waitstatus_to_exitcode(status) == 0, printed
    assert "Loading MobileNetV2" in printed
    assert "Traceback" not in printed
    assert "KeyboardInterrupt" not in printed
    wait_for(lambda: not runs(child), 180, "the end of the conversion")


def read(terminal: int) -> bytes:
    """What was printed since, b"" after the process has ended."""
    try:
        return os.read(terminal, 65536)
    except OSError:  # EIO: the other side is closed
        return b""
