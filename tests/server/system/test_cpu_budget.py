"""Decoding and models together never keep more cores busy than there are, and nobody starves."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import pytest

from paishi.runtimes.scheduler import Scheduler
from paishi.system.cpu_budget import CpuBudget

CORES = 4


class Work:
    """Adds up how many cores are at work."""

    def __init__(self) -> None:
        self.most = 0
        self.done: list[str] = []
        self._busy = 0
        self._lock = threading.Lock()

    def __call__(self, name: str, cores: int = 1) -> None:
        with self._lock:
            self._busy += cores
            self.most = max(self.most, self._busy)
        time.sleep(0.002)
        with self._lock:
            self._busy -= cores
            self.done.append(name)


@pytest.fixture
def budget() -> CpuBudget:
    return CpuBudget(CORES)


@pytest.fixture
def work() -> Work:
    return Work()


@contextmanager
def threads(*targets: Callable[[], None]) -> Iterator[None]:
    started = [threading.Thread(target=target, daemon=True) for target in targets]
    for thread in started:
        thread.start()
    yield
    for thread in started:
        thread.join(30)
        assert not thread.is_alive()


def test_decoding_and_a_model_share_the_cores(budget: CpuBudget, work: Work) -> None:
    def alone(view: np.ndarray) -> np.ndarray:
        work("alone")  # its threads may share a core with a decoder that takes longer than the patience
        return np.zeros((1, 2), np.float32)

    def stream(view: np.ndarray) -> np.ndarray:
        work("stream")
        return np.zeros((1, 2), np.float32)

    def decoder() -> None:
        for _ in range(25):
            with budget.one():
                work("decoded")

    async def ask() -> None:
        for callers in (1, 8, 2, 1, 3, 12):
            await asyncio.gather(*(lanes.submit(np.zeros((1, 1, 1, 3), np.uint8)) for _ in range(callers)))

    lanes = Scheduler(lambda at_once: [alone] if at_once == 1 else [stream] * at_once, budget, "test")
    with threads(*[decoder] * 6):
        asyncio.run(asyncio.wait_for(ask(), 30))
    lanes.close()
    assert work.most <= CORES
    assert work.done.count("decoded") == 6 * 25
    assert len(work.done) == 6 * 25 + 27
    assert budget.free == CORES


def test_all_cores_are_had_while_others_keep_coming(budget: CpuBudget, work: Work) -> None:
    enough = threading.Event()

    def decoder() -> None:
        while not enough.is_set():
            with budget.one():
                work("decoded")

    def model() -> None:
        for _ in range(3):
            with budget.all():
                work("model", CORES)
        enough.set()

    with threads(*[decoder] * 8, model):
        pass
    assert work.most == CORES
    assert work.done.count("model") == 3


def test_decoding_lets_pictures_that_wait_for_a_model_go_first(budget: CpuBudget) -> None:
    began = threading.Event()

    def decoder() -> None:
        with budget.one():
            began.set()

    with budget.changed:
        budget.expect(1)
    with threads(decoder):
        assert not began.wait(0.05)
        with budget.changed:
            budget.expect(-1)
        assert began.wait(30)


def test_a_core_comes_back_from_work_that_failed(budget: CpuBudget) -> None:
    for _ in range(2 * CORES):
        with pytest.raises(ArithmeticError), budget.one():
            raise ArithmeticError
        with pytest.raises(ArithmeticError), budget.all():
            raise ArithmeticError
    assert budget.free == CORES
