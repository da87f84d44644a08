"""One picture has all cores, a crowd shares them, and a failed or cancelled request costs no other."""

import asyncio
import threading
import time
import weakref
from collections.abc import Awaitable, Iterator, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from paishi.runtimes.base import RuntimeClosed
from paishi.runtimes.scheduler import PATIENCE_S, Run, Scheduler
from paishi.system.cpu_budget import CpuBudget
from tests.server.conftest import wait_for
from tests.server.runtimes.queued import Answer, answer, in_loop, submitted, views

STREAMS = 6
CROWD = 3  # half of the cores
BROKEN = 200


class Model:
    """Returns value and value + 1 for each picture, once it is let through.

    `began` has (value, where) in the order in which they began; where is "alone" or a stream's number.
    """

    def __init__(self) -> None:
        self.began: list[tuple[int, str | int]] = []
        self.loads: list[int] = []
        self._runs: list[weakref.ref[Run]] = []
        self.most_at_once = 0
        self.overlapped = False
        self._running: list[str | int] = []
        self._lock = threading.Lock()
        self.started = threading.Semaphore(0)
        self.let_through = threading.Semaphore(0)

    def stream(self, where: str | int) -> Run:
        def run(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
            assert picture.shape == (1, 1, 1, 3)
            value = int(picture[0, 0, 0, 0])
            with self._lock:
                self._running.append(where)
                self.began.append((value, where))
                self.most_at_once = max(self.most_at_once, len(self._running))
                self.overlapped |= len(self._running) > len(set(self._running))
                self.overlapped |= len(self._running) > 1 and "alone" in self._running
            self.started.release()
            assert self.let_through.acquire(timeout=30)
            with self._lock:
                self._running.remove(where)
            if value == BROKEN:
                raise ArithmeticError(value)
            return np.array([[value, value + 1]], np.float32)

        return run

    def load(self, at_once: int) -> Sequence[Run]:
        """What it returned before must not be referenced any more: that would be a second model in memory."""
        if any(run() for run in self._runs):
            raise MemoryError("the last runs are still there")
        self.loads.append(at_once)
        runs = [self.stream("alone" if at_once == 1 else number) for number in range(at_once)]
        self._runs = [weakref.ref(run) for run in runs]
        return runs

    def release(self, pictures: int = 1000) -> None:
        self.let_through.release(pictures)

    @property
    def values(self) -> list[int]:
        return [value for value, _ in self.began]


@pytest.fixture
def model() -> Model:
    return Model()


@pytest.fixture
def cores() -> CpuBudget:
    return CpuBudget(STREAMS)


def quick(scheduler: Scheduler) -> Scheduler:
    """A crowd need not last, however long the first load happened to take."""
    scheduler._load_s = 0.0
    return scheduler


@pytest.fixture
def scheduler(model: Model, cores: CpuBudget) -> Iterator[Scheduler]:
    scheduler = quick(Scheduler(model.load, cores, "test"))
    yield scheduler
    model.release()
    scheduler.close()


async def begun(model: Model, pictures: int = 1) -> None:
    for _ in range(pictures):
        assert await asyncio.to_thread(model.started.acquire, timeout=30)


async def running(model: Model, scheduler: Scheduler, *values: int) -> Answer:
    """A request of which one picture has begun alone, so that what comes next must wait."""
    task = await submitted(scheduler, *values)
    await begun(model)
    return task


@in_loop
async def test_one_alone_has_all_cores(model: Model, scheduler: Scheduler) -> None:
    model.release()
    for value in range(5):
        assert (await scheduler.submit(views(value))).tolist() == answer(value)
    assert model.began == [(value, "alone") for value in range(5)]


@in_loop
async def test_fewer_than_a_crowd_go_one_after_the_other(model: Model, scheduler: Scheduler) -> None:
    tasks = [await running(model, scheduler, 100)] + [await submitted(scheduler, value) for value in (1, 2)]
    model.release()
    assert [rows.tolist() for rows in await asyncio.gather(*tasks)] == [answer(100), answer(1), answer(2)]
    assert model.began == [(100, "alone"), (1, "alone"), (2, "alone")]


@in_loop
async def test_a_crowd_goes_side_by_side_in_its_order(model: Model, scheduler: Scheduler) -> None:
    first = await running(model, scheduler, 100)
    tasks = [await submitted(scheduler, value) for value in range(20, 40)]
    model.release(1)
    await first
    await begun(model, STREAMS)
    assert sorted(model.values[1:]) == [20, 21, 22, 23, 24, 25]
    assert {where for _, where in model.began[1:]} == set(range(STREAMS))
    model.release()
    answers = await asyncio.gather(*tasks)
    assert [rows.tolist() for rows in answers] == [answer(value) for value in range(20, 40)]
    # As many as there are streams may overtake each other.
    assert all(abs(value - place) < STREAMS for place, value in enumerate(model.values[1:], 20))


@in_loop
async def test_never_more_at_work_than_cores(model: Model, scheduler: Scheduler) -> None:
    model.release()
    for callers in (1, 2, 3, 9, 1, 30, 2):
        await asyncio.gather(*(scheduler.submit(views(value)) for value in range(callers)))
    assert model.most_at_once <= STREAMS
    assert not model.overlapped


@in_loop
async def test_a_picture_that_comes_while_a_stream_is_free_does_not_wait(
    model: Model, scheduler: Scheduler
) -> None:
    first = await running(model, scheduler, 100)
    crowd = [await submitted(scheduler, value) for value in (1, 2, 3)]
    model.release(1)
    await first
    await begun(model, 3)
    late = await submitted(scheduler, 4)
    await begun(model)
    assert model.began[4][0] == 4
    assert model.began[4][1] != "alone"
    model.release()
    await asyncio.gather(*crowd, late)


@in_loop
async def test_after_a_crowd_and_a_quiet_time_one_alone_has_all_cores_again(
    model: Model, cores: CpuBudget
) -> None:
    """Even if nobody comes; until then it has one core."""
    scheduler = quick(Scheduler(model.load, cores, "test", quiet_s=0.2))
    first = await running(model, scheduler, 100)
    crowd = [await submitted(scheduler, value) for value in range(6)]
    model.release(1)
    await first
    await begun(model, 6)
    assert scheduler.at_once == STREAMS
    model.release()
    await asyncio.gather(*crowd)
    await asyncio.to_thread(wait_for, lambda: scheduler.at_once == 1, 20, "the way back", 0.01)
    await scheduler.submit(views(7))
    assert model.began[-1] == (7, "alone")
    assert model.loads == [1, STREAMS, 1]
    scheduler.close()


@in_loop
async def test_a_crowd_that_has_not_lasted_as_long_as_a_load_changes_nothing(
    model: Model, cores: CpuBudget
) -> None:
    def load_slowly(at_once: int) -> Sequence[Run]:
        time.sleep(0.5)
        return model.load(at_once)

    scheduler = Scheduler(load_slowly, cores, "test")
    model.release()
    await asyncio.gather(*(scheduler.submit(views(value)) for value in range(20)))
    assert model.loads == [1]
    scheduler.close()


@in_loop
async def test_a_picture_that_waits_for_decoders_costs_nothing_and_takes_the_first_free_core(
    model: Model, scheduler: Scheduler, cores: CpuBudget, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks, may_run = [], scheduler._may_run
    with cores.changed:
        cores.take(STREAMS)
    monkeypatch.setattr(scheduler, "_may_run", lambda now: looks.append(now) or may_run(now))
    task = await submitted(scheduler, 1)
    await asyncio.sleep(5 * PATIENCE_S)
    assert len(looks) < 5 * STREAMS, "the threads went on looking"
    assert model.began == []
    with cores.changed:
        cores.give(1)
    await begun(model)
    assert cores.free == 0
    with cores.changed:
        cores.give(STREAMS - 1)
    model.release()
    assert (await task).tolist() == answer(1)


@in_loop
async def test_a_load_for_a_crowd_that_fails_costs_no_answer(
    model: Model, cores: CpuBudget, caplog: pytest.LogCaptureFixture
) -> None:
    def load_one_alone(at_once: int) -> Sequence[Run]:
        if at_once > 1:
            model.loads.append(at_once)
            raise MemoryError("none is left")
        return model.load(at_once)

    scheduler = quick(Scheduler(load_one_alone, cores, "test"))
    first = await running(model, scheduler, 100)
    crowd = [await submitted(scheduler, value) for value in range(6)]
    model.release()
    assert [rows.tolist() for rows in await asyncio.gather(first, *crowd)] == [
        answer(value) for value in (100, *range(6))
    ]
    assert model.loads == [1, STREAMS, 1]
    assert {where for _, where in model.began} == {"alone"}
    assert "cannot be loaded for more: none is left" in caplog.text
    scheduler.close()


@in_loop
async def test_a_load_that_fails_twice_fails_one_request_and_is_tried_again(
    model: Model, cores: CpuBudget
) -> None:
    fails = iter([False, True, True])

    def load_sometimes(at_once: int) -> Sequence[Run]:
        if next(fails, False):
            raise MemoryError
        return model.load(at_once)

    scheduler = quick(Scheduler(load_sometimes, cores, "test"))
    first = await running(model, scheduler, 100)
    crowd = [await submitted(scheduler, value) for value in range(6)]
    model.release()
    await first
    answers = await asyncio.gather(*crowd, return_exceptions=True)
    assert isinstance(answers[0], MemoryError)
    assert not any(isinstance(one, BaseException) for one in answers[1:])
    scheduler.close()


@in_loop
async def test_several_pictures_of_one_request_come_back_in_their_order(
    model: Model, scheduler: Scheduler
) -> None:
    many = [*range(20, 60)]
    all_of_them = await running(model, scheduler, *many)
    model.release(1)
    await begun(model, 2)
    model.release()
    assert (await all_of_them).tolist() == answer(*many)
    assert len({where for _, where in model.began}) > 1


@in_loop
async def test_a_failure_reaches_only_its_own_request(model: Model, scheduler: Scheduler) -> None:
    before = await running(model, scheduler, 100)
    tasks = [await submitted(scheduler, *group) for group in ([1], [2, BROKEN, 3], [4], [5])]
    model.release()
    outcomes = await asyncio.gather(before, *tasks, return_exceptions=True)
    assert [isinstance(outcome, ArithmeticError) for outcome in outcomes] == [
        False,
        False,
        True,
        False,
        False,
    ]
    for value in range(STREAMS + 1):  # all scheduler are still there
        assert (await scheduler.submit(views(value))).tolist() == answer(value)


@in_loop
async def test_a_request_that_failed_costs_no_more(model: Model, scheduler: Scheduler) -> None:
    before = await running(model, scheduler, 100)
    fails = await submitted(scheduler, BROKEN, 1)  # no crowd: one after the other
    model.release()
    await before
    with pytest.raises(ArithmeticError):
        await fails
    await scheduler.submit(views(2))
    assert model.values == [100, BROKEN, 2]


@in_loop
async def test_a_failure_blocks_no_later_request(model: Model, scheduler: Scheduler) -> None:
    model.release()
    with pytest.raises(ArithmeticError):
        await scheduler.submit(views(BROKEN))
    assert (await scheduler.submit(views(1))).tolist() == answer(1)


@in_loop
async def test_a_cancelled_request_costs_nothing(model: Model, scheduler: Scheduler) -> None:
    first = await running(model, scheduler, 100)
    leaving, staying = await submitted(scheduler, 1, 2, 3), await submitted(scheduler, 4)
    leaving.cancel()
    await asyncio.wait([leaving])
    model.release()
    assert (await first).tolist() == answer(100)
    assert (await staying).tolist() == answer(4)
    # They do not count as waiting either.
    assert model.began == [(100, "alone"), (4, "alone")]


@in_loop
async def test_a_request_cancelled_half_way_costs_only_what_has_begun(
    model: Model, scheduler: Scheduler
) -> None:
    leaving = await running(model, scheduler, 1, 2)
    leaving.cancel()
    await asyncio.wait([leaving])
    model.release()
    assert (await scheduler.submit(views(3))).tolist() == answer(3)
    assert model.values == [1, 3]


@in_loop
async def test_a_queue_of_cancelled_requests_runs_nothing(model: Model, scheduler: Scheduler) -> None:
    first = await running(model, scheduler, 100)
    leaving = await submitted(scheduler, 1)
    leaving.cancel()
    await asyncio.wait([leaving])
    model.release()
    await first
    assert (await scheduler.submit(views(3))).tolist() == answer(3)
    assert model.values == [100, 3]


@in_loop
async def test_closing_answers_what_runs_and_ends_what_waits(model: Model, scheduler: Scheduler) -> None:
    runs = await running(model, scheduler, 100)
    waits = await submitted(scheduler, 1)
    closing = asyncio.create_task(asyncio.to_thread(scheduler.close))
    with pytest.raises(RuntimeClosed):
        await waits
    model.release()
    await closing
    assert (await runs).tolist() == answer(100)
    assert model.values == [100]
    with pytest.raises(RuntimeClosed):
        await scheduler.submit(views(2))


@in_loop
async def test_closing_ends_a_request_that_is_half_done(model: Model, scheduler: Scheduler) -> None:
    half = await running(model, scheduler, 1, 2)
    closing = asyncio.create_task(asyncio.to_thread(scheduler.close))
    with pytest.raises(RuntimeClosed):
        await half
    model.release()
    await closing
    assert model.values == [1]


@in_loop
async def test_closing_twice_is_as_good_as_once(model: Model, scheduler: Scheduler) -> None:
    scheduler.close()
    scheduler.close()


def test_serves_one_event_loop_after_another(model: Model, scheduler: Scheduler) -> None:
    model.release()
    for value in (1, 2):
        waiting: Awaitable[NDArray[np.float32]] = scheduler.submit(views(value))
        assert asyncio.run(asyncio.wait_for(waiting, 30)).tolist() == answer(value)


@in_loop
async def test_a_hang_of_a_cancelled_request_still_counts(
    model: Model, scheduler: Scheduler, cores: CpuBudget
) -> None:
    first = await running(model, scheduler, 1)
    cores.count(61)
    assert cores.overdue_s(60) is None  # the first is a test
    model.release(1)
    await first
    hanging = await running(model, scheduler, 2)
    hanging.cancel()
    await asyncio.wait([hanging])
    cores.count(61)
    assert cores.overdue_s(60) == 61
    model.release()
