"""A client that disconnects leaves all queues."""

import contextlib
import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest
from numpy.typing import NDArray

from paishi.admission.body_memory import LOOK_AHEAD
from paishi.choices import Precision
from paishi.photo.decode import Decoder
from paishi.recognition.labels import load_labels
from paishi.recognition.recogniser import Recogniser
from paishi.runtimes.base import Agreement
from paishi.runtimes.scheduler import Scheduler
from paishi.system.cpu_budget import CpuBudget
from tests.server.conftest import wait_for
from tests.server.connection.raw_client import PHOTO, Raw, Served, head, serving, upload

CROWD = 30


class Busy:
    """A runtime with the real queue; it counts its pictures and can be paused."""

    name = "busy"
    precision: Precision = "fp32"
    agreement: Agreement | None = None

    def __init__(self) -> None:
        self.may_go_on = threading.Event()
        self.may_go_on.set()
        self.begun = 0
        self._scheduler = Scheduler(lambda at_once: [self._run] * at_once, CpuBudget(2), name="busy")

    def _run(self, views: NDArray[np.uint8]) -> NDArray[np.float32]:
        self.begun += len(views)
        self.may_go_on.wait(20)
        return np.full((len(views), 1000), 0.001, np.float32)

    async def softmax(self, views: NDArray[np.uint8]) -> NDArray[np.float32]:
        return await self._scheduler.submit(views)

    def close(self) -> None:
        self.may_go_on.set()
        self._scheduler.close()


@contextmanager
def busy(**settings: object) -> Iterator[tuple[Served, Busy]]:
    runtime = Busy()
    recogniser = Recogniser("ResNet50", 32, "crop", runtime, load_labels("imagenet"))
    # On a busy machine, the crowd takes longer to arrive than a photo may usually wait.
    with serving(lambda on_progress: recogniser, max_wait_s=1000, **settings) as served:
        runtime.begun = 0
        yield served, runtime


def send_crowd(served: Served, stack: contextlib.ExitStack) -> list[Raw]:
    crowd = [stack.enter_context(served.raw()).send(upload()) for _ in range(CROWD)]
    wait_for(lambda: served.services.admission.in_hand == CROWD, 20, "all photos")
    return crowd


def test_what_waits_for_the_model_is_taken_out(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO), busy() as (served, runtime):
        runtime.may_go_on.clear()
        with contextlib.ExitStack() as stack:
            crowd = send_crowd(served, stack)
            wait_for(lambda: runtime.begun > 0, 20, "the model to be busy")
            stays = crowd.pop()
            for client in crowd:
                client.connection.close()
            wait_for(lambda: served.services.admission.in_hand == 1, 20, "their places")
            runtime.may_go_on.set()
            assert stays.answer().status == 200
        served.is_well()
        assert runtime.begun <= 4 + 2, "those begun, the one who stayed, and the last"
    assert not [record for record in caplog.records if record.levelno > logging.INFO]


def test_a_client_that_only_ends_its_side_gets_its_answer() -> None:
    """It differs from the one that has left by nothing but that it can still read."""
    with busy() as (served, runtime), contextlib.ExitStack() as stack:
        runtime.may_go_on.clear()
        crowd = send_crowd(served, stack)
        for client in crowd:
            client.connection.shutdown(socket.SHUT_WR)
        leaves = crowd[CROWD // 2 :]
        for client in leaves:
            client.connection.close()
        wait_for(lambda: served.services.admission.in_hand == CROWD // 2, 20, "their places")
        runtime.may_go_on.set()
        for client in crowd[: CROWD // 2]:
            assert client.answer().status == 200
            assert client.ends()
        served.is_well()


def test_what_waits_for_a_decoder_is_taken_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """And one that decodes is waited for: never more of them than the setting says."""
    may_go_on, running, most, begun = threading.Event(), 0, 0, 0
    decode, lock = Decoder.decode, threading.Lock()

    def slow(self: Decoder, data: bytes, **options: object) -> object:
        nonlocal running, most, begun
        with lock:
            running, begun = running + 1, begun + 1
            most = max(most, running)
        may_go_on.wait(20)
        with lock:
            running -= 1
        return decode(self, data, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Decoder, "decode", slow)
    with busy(max_decoding=2) as (served, _):
        for _ in range(3):
            with contextlib.ExitStack() as stack:
                for _ in range(10):
                    stack.enter_context(served.raw()).send(upload())
                wait_for(lambda: served.services.admission.in_hand >= 10, 20, "all photos")
            wait_for(lambda: served.services.admission.in_hand == 2, 20, "their places")
        may_go_on.set()
        served.is_well()
        assert (most, begun) == (2, 3)


def test_clients_that_disconnect_while_sending_leave_nothing(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO), busy() as (served, _):
        with contextlib.ExitStack() as stack:
            for length in (10_000, None):
                for _ in range(CROWD):
                    stack.enter_context(served.raw()).send(head(length))
            wait_for(
                lambda: served.services.body_memory.held == CROWD * (10_000 + LOOK_AHEAD), 20, "the headers"
            )
        served.is_well()
    assert not [record for record in caplog.records if record.levelno > logging.INFO]


def test_one_connection_after_the_other(served: Served) -> None:
    """Neither an answer nor the end of a connection is taken for a client that has left."""
    for _ in range(20):
        with served.raw() as client:
            for path in ("/predict", "/image", "/predict"):
                assert client.send(upload(PHOTO, path)).answer().status == 200
    served.is_well()


def test_a_model_that_is_closed_under_a_photo_asks_for_a_retry() -> None:
    with busy() as (served, runtime), contextlib.ExitStack() as stack:
        runtime.may_go_on.clear()
        crowd = send_crowd(served, stack)
        wait_for(lambda: runtime.begun > 0, 20, "the model to be busy")
        closing = threading.Thread(target=runtime.close)
        closing.start()
        answers = [client.answer() for client in crowd]
        closing.join(20)
        assert {answer.status for answer in answers} == {200, 503}
        for answer in answers:
            if answer.status == 503:
                assert answer.problem().code == "model-loading"
                assert answer.problem().retry_after == int(answer.headers["retry-after"])
        wait_for(served.holds_nothing, 20, "everything to be given back")
