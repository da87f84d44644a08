"""Work that hangs while it holds cores is noticed."""

import asyncio
import threading
import time
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from paishi.photo import decode
from paishi.photo.reader import PhotoReader
from paishi.runtimes.insight import GRAPH_S, Insight
from paishi.runtimes.scheduler import Scheduler
from paishi.system.cpu_budget import CpuBudget, limited_elsewhere
from tests.server.pictures import file_of, noise

LIMIT_S = 60
LONG_S = 61.0


def test_a_block_that_has_its_cores_for_too_long() -> None:
    budget = CpuBudget(2)
    budget.count(LONG_S)
    with budget.one():
        budget.count(LIMIT_S)
        assert budget.overdue_s(LIMIT_S) is None
        with budget.one():  # which came later
            budget.count(1)
            assert budget.overdue_s(LIMIT_S) == LIMIT_S + 1
    budget.count(LONG_S)
    assert budget.overdue_s(LIMIT_S) is None


def test_waiting_for_a_core_is_no_hang() -> None:
    budget, came = CpuBudget(1), threading.Event()

    def wait() -> None:
        came.set()
        with budget.one():
            pass

    thread = threading.Thread(target=wait)
    with budget.all(patience_s=LONG_S):
        thread.start()
        assert came.wait(30)
        budget.count(LONG_S)
        assert budget.overdue_s(LIMIT_S) is None
    thread.join(30)


def test_a_block_that_failed_is_forgotten() -> None:
    budget = CpuBudget(1)
    with pytest.raises(ArithmeticError), budget.all():
        raise ArithmeticError
    budget.count(LONG_S)
    assert budget.overdue_s(LIMIT_S) is None


def test_only_what_nothing_else_limits_counts() -> None:
    budget = CpuBudget(1)
    with budget.one():
        budget.count(LIMIT_S)
        with limited_elsewhere():
            budget.count(LONG_S)
        assert budget.overdue_s(LIMIT_S) is None
        budget.count(1)
        assert budget.overdue_s(LIMIT_S) == LIMIT_S + 1


HEIF = b"\0\0\0\x18ftypheic" + bytes(16)


@pytest.mark.parametrize(("photo", "overdue_s"), [(file_of(noise()), LONG_S), (HEIF, None)])
def test_a_photo_that_is_decoded_in_this_process(
    photo: bytes, overdue_s: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker's does not count: it has another time limit."""
    budget, seen = CpuBudget(2), []

    def hang(*_: object) -> Image.Image:
        budget.count(LONG_S)
        seen.append(budget.overdue_s(LIMIT_S))
        return Image.new("RGB", (8, 8))

    decoder = decode.Decoder(2, 1)
    monkeypatch.setattr(decode, "decode_here", hang)
    monkeypatch.setattr(decoder.workers, "decode", hang)
    asyncio.run(PhotoReader(decoder, 1_000_000, 1, budget).views(photo, 8, "crop"))
    assert seen == [overdue_s]


class Looking:
    """Stands for `Gradients` and `ClassActivation`."""

    is_exact = True

    def __init__(self, during: Callable[[], None]) -> None:
        self._during = during

    def look(self, views: NDArray[np.uint8]) -> NDArray[np.uint8]:
        return views

    def class_activation(self, views: NDArray[np.uint8], index: int) -> NDArray[np.float32]:
        return self.features(views)

    def features(self, views: NDArray[np.uint8], layer: str | None = None) -> NDArray[np.float32]:
        self._during()
        return np.zeros((1, 1, 1), np.float32)


@pytest.mark.parametrize("by_keras", [True, False])
def test_looking_inside(by_keras: bool) -> None:
    """Keras may trace a graph first, however short the limit is; loading does not count."""
    budget, seen = CpuBudget(2), []

    def hang() -> None:
        for seconds in (2.0, GRAPH_S):
            budget.count(seconds)
            seen.append(budget.overdue_s(1))

    def load() -> Looking:
        budget.count(LONG_S)
        assert budget.overdue_s(1) is None
        return Looking(hang)

    insight = Insight((lambda: None) if by_keras else load, load, budget)
    views = np.zeros((1, 1, 1, 3), np.uint8)
    asyncio.run(insight.evidence(views, [0]))
    asyncio.run(insight.features(views, None))
    assert seen == 2 * [None if by_keras else 2.0, 2.0 + GRAPH_S]


def test_a_slow_machine_gets_more_time() -> None:
    """Multiples of the first run, which had all cores, are the measure."""
    budget, seen = CpuBudget(1), []

    def run(view: NDArray[np.uint8]) -> NDArray[np.float32]:
        time.sleep(0.1)
        for seconds in (1.5, 100.0):
            budget.count(seconds)
            seen.append(budget.overdue_s(1))
        return np.zeros((1, 1), np.float32)

    async def two() -> None:
        scheduler = Scheduler(lambda at_once: [run], budget, "test")
        for _ in range(2):
            await scheduler.submit(np.zeros((1, 1, 1, 3), np.uint8))
        scheduler.close()

    asyncio.run(two())
    first_again, then_again, second, much_later = seen
    assert (first_again, then_again) == (None, None)
    assert second is None
    assert much_later == 101.5
