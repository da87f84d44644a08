"""One picture alone has all cores, a crowd shares them, and nobody pays for another's failure or absence."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from paishi.runtimes.base import RuntimeClosed
from paishi.runtimes.scheduler import Scheduler
from paishi.system.cpu_budget import CpuBudget
from tests.server.runtimes.queued import Answer, answer, in_loop, submitted, views

STREAMS = 6
CROWD = 3  # half of the cores
BROKEN = 200


class Network:
    """Answers each picture with its value and value + 1, as each is let through.

    `began` has (value, where) in the order in which they began; where is "alone" or a stream's number.
    """

    def __init__(self) -> None:
        self.began: list[tuple[int, str | int]] = []
        self.most_at_once = 0
        self.overlapped = False
        self._running: list[str | int] = []
        self._lock = threading.Lock()
        self.started = threading.Semaphore(0)
        self.let_through = threading.Semaphore(0)

    def lane(self, where: str | int) -> Callable[[NDArray[np.uint8]], NDArray[np.float32]]:
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

    def release(self, pictures: int = 1000) -> None:
        self.let_through.release(pictures)

    @property
    def values(self) -> list[int]:
        return [value for value, _ in self.began]


@pytest.fixture
def network() -> Network:
    return Network()


@pytest.fixture
def cores() -> CpuBudget:
    return CpuBudget(STREAMS)


@pytest.fixture
def lanes(network: Network, cores: CpuBudget) -> Iterator[Scheduler]:
    lanes = Scheduler(network.lane("alone"), [network.lane(n) for n in range(STREAMS)], cores, "test")
    yield lanes
    network.release()
    lanes.close()


async def begun(network: Network, pictures: int = 1) -> None:
    for _ in range(pictures):
        assert await asyncio.to_thread(network.started.acquire, timeout=30)


async def running(network: Network, lanes: Scheduler, *values: int) -> Answer:
    """A request of which one picture has begun alone, so that what comes next must wait."""
    task = await submitted(lanes, *values)
    await begun(network)
    return task


@in_loop
async def test_one_alone_has_all_cores(network: Network, lanes: Scheduler) -> None:
    network.release()
    for value in range(5):
        assert (await lanes.submit(views(value))).tolist() == answer(value)
    assert network.began == [(value, "alone") for value in range(5)]


@in_loop
async def test_fewer_than_a_crowd_go_one_after_the_other(network: Network, lanes: Scheduler) -> None:
    tasks = [await running(network, lanes, 100)] + [await submitted(lanes, value) for value in (1, 2)]
    network.release()
    assert [rows.tolist() for rows in await asyncio.gather(*tasks)] == [answer(100), answer(1), answer(2)]
    assert network.began == [(100, "alone"), (1, "alone"), (2, "alone")]


@in_loop
async def test_a_crowd_goes_side_by_side_in_its_order(network: Network, lanes: Scheduler) -> None:
    first = await running(network, lanes, 100)
    tasks = [await submitted(lanes, value) for value in range(20, 40)]
    network.release(1)
    await first
    await begun(network, STREAMS)
    assert sorted(network.values[1:]) == [20, 21, 22, 23, 24, 25]
    assert {where for _, where in network.began[1:]} == set(range(STREAMS))
    network.release()
    answers = await asyncio.gather(*tasks)
    assert [rows.tolist() for rows in answers] == [answer(value) for value in range(20, 40)]
    # As many as there are streams may overtake each other.
    assert all(abs(value - place) < STREAMS for place, value in enumerate(network.values[1:], 20))


@in_loop
async def test_never_more_at_work_than_cores(network: Network, lanes: Scheduler) -> None:
    network.release()
    for callers in (1, 2, 3, 9, 1, 30, 2):
        await asyncio.gather(*(lanes.submit(views(value)) for value in range(callers)))
    assert network.most_at_once <= STREAMS
    assert not network.overlapped


@in_loop
async def test_whoever_comes_while_a_stream_is_free_does_not_wait(network: Network, lanes: Scheduler) -> None:
    first = await running(network, lanes, 100)
    crowd = [await submitted(lanes, value) for value in (1, 2, 3)]
    network.release(1)
    await first
    await begun(network, 3)
    late = await submitted(lanes, 4)
    await begun(network)
    assert network.began[4][0] == 4
    assert network.began[4][1] != "alone"
    network.release()
    await asyncio.gather(*crowd, late)


@in_loop
async def test_after_a_crowd_one_alone_has_all_cores_again(network: Network, lanes: Scheduler) -> None:
    first = await running(network, lanes, 100)
    crowd = [await submitted(lanes, value) for value in range(6)]
    network.release()
    await asyncio.gather(first, *crowd)
    await lanes.submit(views(7))
    assert network.began[-1] == (7, "alone")


@in_loop
async def test_several_pictures_of_one_request_come_back_in_their_order(
    network: Network, lanes: Scheduler
) -> None:
    network.release()
    many = [*range(20, 60)]
    assert (await lanes.submit(views(*many))).tolist() == answer(*many)
    assert len({where for _, where in network.began}) > 1


@in_loop
async def test_a_failure_reaches_only_its_own_request(network: Network, lanes: Scheduler) -> None:
    before = await running(network, lanes, 100)
    tasks = [await submitted(lanes, *group) for group in ([1], [2, BROKEN, 3], [4], [5])]
    network.release()
    outcomes = await asyncio.gather(before, *tasks, return_exceptions=True)
    assert [isinstance(outcome, ArithmeticError) for outcome in outcomes] == [
        False,
        False,
        True,
        False,
        False,
    ]
    for value in range(STREAMS + 1):  # all lanes are still there
        assert (await lanes.submit(views(value))).tolist() == answer(value)


@in_loop
async def test_a_request_that_failed_costs_no_more(network: Network, lanes: Scheduler) -> None:
    before = await running(network, lanes, 100)
    fails = await submitted(lanes, BROKEN, 1)  # no crowd: one after the other
    network.release()
    await before
    with pytest.raises(ArithmeticError):
        await fails
    await lanes.submit(views(2))
    assert network.values == [100, BROKEN, 2]


@in_loop
async def test_a_failure_alone_blocks_nobody(network: Network, lanes: Scheduler) -> None:
    network.release()
    with pytest.raises(ArithmeticError):
        await lanes.submit(views(BROKEN))
    assert (await lanes.submit(views(1))).tolist() == answer(1)


@in_loop
async def test_whoever_left_the_queue_costs_nothing(network: Network, lanes: Scheduler) -> None:
    first = await running(network, lanes, 100)
    leaving, staying = await submitted(lanes, 1, 2, 3), await submitted(lanes, 4)
    leaving.cancel()
    await asyncio.wait([leaving])
    network.release()
    assert (await first).tolist() == answer(100)
    assert (await staying).tolist() == answer(4)
    # Nor do they make a crowd of those who stay.
    assert network.began == [(100, "alone"), (4, "alone")]


@in_loop
async def test_whoever_leaves_half_way_costs_only_what_has_begun(network: Network, lanes: Scheduler) -> None:
    leaving = await running(network, lanes, 1, 2)
    leaving.cancel()
    await asyncio.wait([leaving])
    network.release()
    assert (await lanes.submit(views(3))).tolist() == answer(3)
    assert network.values == [1, 3]


@in_loop
async def test_a_queue_that_everyone_left_runs_nothing(network: Network, lanes: Scheduler) -> None:
    first = await running(network, lanes, 100)
    leaving = await submitted(lanes, 1)
    leaving.cancel()
    await asyncio.wait([leaving])
    network.release()
    await first
    assert (await lanes.submit(views(3))).tolist() == answer(3)
    assert network.values == [100, 3]


@in_loop
async def test_closing_answers_what_runs_and_ends_what_waits(network: Network, lanes: Scheduler) -> None:
    runs = await running(network, lanes, 100)
    waits = await submitted(lanes, 1)
    closing = asyncio.create_task(asyncio.to_thread(lanes.close))
    with pytest.raises(RuntimeClosed):
        await waits
    network.release()
    await closing
    assert (await runs).tolist() == answer(100)
    assert network.values == [100]
    with pytest.raises(RuntimeClosed):
        await lanes.submit(views(2))


@in_loop
async def test_closing_ends_a_request_that_is_half_done(network: Network, lanes: Scheduler) -> None:
    half = await running(network, lanes, 1, 2)
    closing = asyncio.create_task(asyncio.to_thread(lanes.close))
    with pytest.raises(RuntimeClosed):
        await half
    network.release()
    await closing
    assert network.values == [1]


@in_loop
async def test_closing_twice_is_as_good_as_once(network: Network, lanes: Scheduler) -> None:
    lanes.close()
    lanes.close()


def test_serves_one_event_loop_after_another(network: Network, lanes: Scheduler) -> None:
    network.release()
    for value in (1, 2):
        waiting: Awaitable[NDArray[np.float32]] = lanes.submit(views(value))
        assert asyncio.run(asyncio.wait_for(waiting, 30)).tolist() == answer(value)


@in_loop
async def test_a_hang_shows_though_nobody_waits_for_its_answer_any_more(
    network: Network, lanes: Scheduler, cores: CpuBudget
) -> None:
    first = await running(network, lanes, 1)
    cores.count(61)
    assert cores.overdue_s(60) is None  # the first is a test
    network.release(1)
    await first
    hanging = await running(network, lanes, 2)
    hanging.cancel()
    await asyncio.wait([hanging])
    cores.count(61)
    assert cores.overdue_s(60) == 61
    network.release()
