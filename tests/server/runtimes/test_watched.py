"""What counts as a hang, with the real lanes."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import suppress

import numpy as np
import pytest
from numpy.typing import NDArray

from paishi.choices import Precision
from paishi.runtimes.openvino.scheduler import Lanes
from paishi.runtimes.watched import WatchedRuntime
from paishi.system.cpu_budget import CoreBudget

GOOD, STUCK, BROKEN = 1, 2, 3
LIMIT_S = 60
LONG_S = 61.0


class TwoLanes:
    """A runtime that keeps photos of STUCK until they are let go."""

    name = "two lanes"
    precision: Precision = "fp32"
    agreement = None

    def __init__(self) -> None:
        self.let_go = threading.Event()
        self.stuck = threading.Event()
        cores = CoreBudget(3)
        with cores.changed:
            cores.take(1)  # somebody is always at work, so that nothing runs alone
        self._lanes = Lanes(self._run, [self._run, self._run], cores, name="two")

    async def softmax(self, views: NDArray[np.uint8]) -> NDArray[np.float32]:
        return await self._lanes.submit(views)

    def close(self) -> None:
        self.let_go.set()
        self._lanes.close()

    def _run(self, view: NDArray[np.uint8]) -> NDArray[np.float32]:
        match view[0, 0, 0, 0]:
            case 2:
                self.stuck.set()
                self.let_go.wait(60)
            case 3:
                raise RuntimeError("broken")
        return np.ones((1, 1), np.float32)


@pytest.fixture
def lanes() -> Iterator[TwoLanes]:
    lanes = TwoLanes()
    yield lanes
    lanes.close()


def view(kind: int) -> NDArray[np.uint8]:
    return np.full((1, 1, 1, 3), kind, np.uint8)


async def stuck_in(runtime: WatchedRuntime, lanes: TwoLanes) -> asyncio.Task[NDArray[np.float32]]:
    task = asyncio.create_task(runtime.softmax(view(STUCK)))
    await asyncio.to_thread(lanes.stuck.wait, 60)
    return task


def test_a_photo_that_runs_too_long(lanes: TwoLanes) -> None:
    async def check() -> None:
        runtime = WatchedRuntime(lanes)
        await runtime.softmax(view(GOOD))
        runtime.count(0.5)
        task = await stuck_in(runtime, lanes)
        runtime.count(LIMIT_S - 1)
        assert runtime.overdue_s(LIMIT_S) is None
        runtime.count(2)
        assert runtime.overdue_s(LIMIT_S) == LIMIT_S + 1
        lanes.let_go.set()
        await task
        assert runtime.overdue_s(LIMIT_S) is None

    asyncio.run(check())


def test_one_lane_hangs_while_the_other_goes_on(lanes: TwoLanes) -> None:
    async def check() -> None:
        runtime = WatchedRuntime(lanes)
        await runtime.softmax(view(GOOD))
        task = await stuck_in(runtime, lanes)
        for _ in range(4):
            await runtime.softmax(view(GOOD))
            runtime.count(LIMIT_S / 3)
        assert runtime.overdue_s(LIMIT_S) is not None
        lanes.let_go.set()
        await task

    asyncio.run(check())


def test_waiting_is_not_running(lanes: TwoLanes) -> None:
    """The last of a queue waits for long, but those before it are answered one after the other."""

    async def check() -> None:
        runtime = WatchedRuntime(lanes)
        await runtime.softmax(view(GOOD))
        one = await stuck_in(runtime, lanes)
        lanes.stuck.clear()
        other = await stuck_in(runtime, lanes)
        waits = asyncio.create_task(runtime.softmax(view(GOOD)))
        await asyncio.sleep(0)
        runtime.count(LIMIT_S - 1)
        lanes.let_go.set()
        await asyncio.gather(one, other)
        runtime.count(LIMIT_S - 1)
        assert runtime.overdue_s(LIMIT_S) is None
        await waits

    asyncio.run(check())


def test_idle_for_long_is_no_hang(lanes: TwoLanes) -> None:
    async def check() -> None:
        runtime = WatchedRuntime(lanes)
        await runtime.softmax(view(GOOD))
        runtime.count(1)
        runtime.count(100 * LONG_S)
        assert runtime.overdue_s(LIMIT_S) is None

    asyncio.run(check())


def test_callers_who_leave_do_not_hide_a_hang(lanes: TwoLanes) -> None:
    """Each waits for less than the limit, and between them nobody does."""

    async def check() -> None:
        runtime = WatchedRuntime(lanes)
        await runtime.softmax(view(GOOD))
        runtime.count(1)
        for _ in range(3):
            task = await stuck_in(runtime, lanes)
            runtime.count(LIMIT_S / 2)
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            runtime.count(1)
        task = await stuck_in(runtime, lanes)
        assert runtime.overdue_s(LIMIT_S) is not None
        lanes.let_go.set()
        await task

    asyncio.run(check())


def test_an_error_is_an_answer(lanes: TwoLanes) -> None:
    async def check() -> None:
        runtime = WatchedRuntime(lanes)
        await runtime.softmax(view(GOOD))
        for _ in range(3):
            with pytest.raises(RuntimeError, match="broken"):
                await runtime.softmax(view(BROKEN))
            runtime.count(LIMIT_S / 2)
        assert runtime.overdue_s(LIMIT_S) is None

    asyncio.run(check())


def test_the_first_photo_is_a_test_and_no_hang(lanes: TwoLanes) -> None:
    async def check() -> None:
        runtime = WatchedRuntime(lanes)
        task = await stuck_in(runtime, lanes)
        runtime.count(LONG_S)
        assert runtime.overdue_s(LIMIT_S) is None
        lanes.let_go.set()
        await task

    asyncio.run(check())


def test_a_slow_machine_gets_more_time(lanes: TwoLanes) -> None:
    async def check() -> None:
        runtime = WatchedRuntime(lanes)
        first = await stuck_in(runtime, lanes)
        await asyncio.sleep(0.2)
        lanes.let_go.set()
        await first
        runtime.count(1)
        lanes.let_go.clear()
        lanes.stuck.clear()
        task = await stuck_in(runtime, lanes)
        runtime.count(2)
        assert runtime.overdue_s(1) is None
        runtime.count(LONG_S)
        assert runtime.overdue_s(1) is not None
        lanes.let_go.set()
        await task

    asyncio.run(check())
