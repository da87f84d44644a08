"""A server that hangs exits, to be restarted; one that is only slow does not."""

import signal
import time
from pathlib import Path

import httpx
import pytest

from paishi.lifecycle.watchdog import EXIT_HUNG
from tests.server.conftest import RunningServer, run_server, wait_for
from tests.server.lifecycle.conftest import Asking, StartMoody, exit_code
from tests.server.lifecycle.moody import BLOCKING, GOOD, SLOW, STUCK, STUCK_INSIDE, photo

QUICK = {"PAISHI_HANG_S": "2"}


def asked(server: RunningServer, grey: int = GOOD) -> httpx.Response:
    with server.client() as client:
        return client.post("/predict", files={"image": photo(grey)})


@pytest.mark.parametrize(
    ("grey", "path"), [(STUCK, "/predict"), (STUCK_INSIDE, "/explain"), (STUCK_INSIDE, "/features")]
)
def test_a_model_that_hangs(moody: StartMoody, grey: int, path: str) -> None:
    """An explanation by Keras has all cores, so that no other photo is decoded or recognised."""
    with moody(**QUICK) as server:
        assert asked(server).status_code == 200
        stuck = Asking(server, grey, path).begun("stuck")
        behind = Asking(server, GOOD)
        seen: list[httpx.Response] = []

        def unready() -> bool:
            seen.append(httpx.get(f"{server.url}/readyz", trust_env=False))
            return seen[-1].status_code != 200

        wait_for(unready, 30, "an unready server")
        assert (seen[-1].status_code, seen[-1].json()["code"]) == (503, "not-answering")
        for answer in (stuck.answer(), behind.answer()):
            assert (answer.status_code, answer.json()["code"]) == (503, "not-answering")
            assert int(answer.headers["retry-after"]) == answer.json()["retry_after"]
            assert "never_return" not in answer.text
        assert exit_code(server.process) == EXIT_HUNG
    said = server.output.read_text()
    assert said.count("One photo has run for") == 1
    assert "PAISHI_HANG_S" in said
    assert "in never_return" in said


def test_a_blocked_event_loop(moody: StartMoody) -> None:
    with moody(**QUICK) as server:
        Asking(server, BLOCKING)
        assert exit_code(server.process) == EXIT_HUNG
    said = server.output.read_text()
    assert said.count("event loop has been blocked") == 1
    assert "in _block_the_loop" in said


def test_a_queue_is_no_hang(moody: StartMoody) -> None:
    """Twelve photos wait for longer than one may run."""
    with moody(**QUICK) as server:
        crowd = [Asking(server, SLOW) for _ in range(12)]
        assert [one.answer().status_code for one in crowd] == [200] * 12
        assert server.process.poll() is None


def test_a_process_that_was_stopped_did_not_hang(moody: StartMoody) -> None:
    """Also with a photo in progress: by the machine's clock it exceeds the limit."""
    with moody(**QUICK) as server:
        in_hand = Asking(server, SLOW).begun("slow")
        server.process.send_signal(signal.SIGSTOP)
        time.sleep(3.5)
        server.process.send_signal(signal.SIGCONT)
        assert in_hand.answer().status_code == 200
        time.sleep(1)  # two checks of the watchdog
        assert asked(server).status_code == 200


def test_a_model_that_takes_long_to_load_did_not_hang(moody: StartMoody) -> None:
    with moody(MOODY_LOADS_S="3", **QUICK) as server:
        assert asked(server).status_code == 200


def test_the_start_of_keras_is_no_hang(tmp_path: Path, keras_home: Path) -> None:
    environment = {"KERAS_HOME": str(keras_home), "PAISHI_MODEL": "MobileNetV2", "PAISHI_HANG_S": "1"}
    with run_server(tmp_path / "output", **environment) as server, server.client() as client:
        answer = client.post(
            "/features?layer=block_16_project_BN", files={"image": photo(GOOD)}, headers={"Accept": "*/*"}
        )
        assert answer.status_code == 200, answer.text
        assert client.get("/readyz").status_code == 200


@pytest.mark.parametrize(("grey", "printed"), [(STUCK, "stuck"), (BLOCKING, "blocking")])
def test_no_limit(moody: StartMoody, grey: int, printed: str) -> None:
    with moody(PAISHI_HANG_S="0") as server:
        Asking(server, grey).begun(printed)
        time.sleep(2)  # four checks of the watchdog
        assert server.process.poll() is None
