"""A server that hangs ends by itself, to be started again; what only takes long does not."""

import signal
import time
from pathlib import Path

import httpx
import pytest

from paishi.lifecycle.watchdog import HANGS
from tests.server.conftest import RunningServer, run_server, wait_for
from tests.server.lifecycle.conftest import Asking, StartMoody, exit_code
from tests.server.lifecycle.moody import BLOCKING, GOOD, SLOW, STUCK, STUCK_INSIDE, photo

QUICK = {"PAISHI_HANG_S": "2"}


def asked(server: RunningServer, grey: int = GOOD) -> httpx.Response:
    with server.client() as client:
        return client.post("/predict", files={"image": photo(grey)})


@pytest.mark.parametrize(
    ("grey", "path", "what"),
    [
        (STUCK, "/predict", "The network"),
        (STUCK_INSIDE, "/explain", "a look inside it"),
        (STUCK_INSIDE, "/features", "a look inside it"),
    ],
)
def test_a_network_that_hangs(moody: StartMoody, grey: int, path: str, what: str) -> None:
    """While Keras looks inside it has all cores, so that nothing else is decoded or asked."""
    with moody(**QUICK) as server:
        assert asked(server).status_code == 200
        stuck = Asking(server, grey, path).begun("stuck")
        behind = Asking(server, GOOD)
        seen: list[httpx.Response] = []

        def notices() -> bool:
            seen.append(httpx.get(f"{server.url}/readyz", trust_env=False))
            return seen[-1].status_code != 200

        wait_for(notices, 30, "an unready server")
        assert (seen[-1].status_code, seen[-1].json()["code"]) == (503, "not-answering")
        for answer in (stuck.answer(), behind.answer()):
            assert (answer.status_code, answer.json()["code"]) == (503, "not-answering")
            assert int(answer.headers["retry-after"]) == answer.json()["retry_after"]
            assert "never_return" not in answer.text
        assert exit_code(server.process) == HANGS
    said = server.output.read_text()
    assert said.count("does not answer") == 1
    assert what in said
    assert "PAISHI_HANG_S" in said
    assert "in never_return" in said


def test_a_blocked_event_loop(moody: StartMoody) -> None:
    with moody(**QUICK) as server:
        Asking(server, BLOCKING)
        assert exit_code(server.process) == HANGS
    said = server.output.read_text()
    assert said.count("event loop has been blocked") == 1
    assert "in _block_the_loop" in said


def test_a_queue_is_no_hang(moody: StartMoody) -> None:
    """Twelve wait for longer than one may run."""
    with moody(**QUICK) as server:
        crowd = [Asking(server, SLOW) for _ in range(12)]
        assert [one.answer().status_code for one in crowd] == [200] * 12
        assert server.process.poll() is None


def test_a_process_that_was_stopped_did_not_hang(moody: StartMoody) -> None:
    """Also while a photo is in hand: for the machine's clock it then took longer than it may."""
    with moody(**QUICK) as server:
        in_hand = Asking(server, SLOW).begun("slow")
        server.process.send_signal(signal.SIGSTOP)
        time.sleep(6)
        server.process.send_signal(signal.SIGCONT)
        assert in_hand.answer().status_code == 200
        time.sleep(2)
        assert asked(server).status_code == 200


def test_a_network_that_takes_long_to_load_did_not_hang(moody: StartMoody) -> None:
    with moody(MOODY_LOADS_S="5", **QUICK) as server:
        assert asked(server).status_code == 200


def test_looking_inside_starts_keras_and_is_no_hang(tmp_path: Path, keras_home: Path) -> None:
    environment = {"KERAS_HOME": str(keras_home), "PAISHI_MODEL": "MobileNetV2", "PAISHI_HANG_S": "1"}
    with run_server(tmp_path / "output", **environment) as server, server.client() as client:
        answer = client.post(
            "/features?layer=block_16_project_BN", files={"image": photo(GOOD)}, headers={"Accept": "*/*"}
        )
        assert answer.status_code == 200, answer.text
        assert client.get("/readyz").status_code == 200


@pytest.mark.parametrize("grey", [STUCK, BLOCKING])
def test_it_may_be_told_to_wait_for_ever(moody: StartMoody, grey: int) -> None:
    with moody(PAISHI_HANG_S="0") as server:
        Asking(server, grey).begun("stuck" if grey == STUCK else "blocking")
        time.sleep(4)
        assert server.process.poll() is None
