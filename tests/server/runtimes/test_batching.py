"""Requests that wait go together, and nobody pays for another's failure or absence."""

import asyncio
import threading
from collections.abc import Awaitable, Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from paishi.runtimes.base import RuntimeClosed
from paishi.runtimes.batching import Batcher
from tests.server.runtimes.queued import Answer, answer, in_loop, submitted, views

LIMIT = 8


class Network:
    """Answers each picture with its value and value + 1. Batches run one by one as they are let through."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.threads: set[int] = set()
        self.started = threading.Semaphore(0)
        self.let_through = threading.Semaphore(0)

    def __call__(self, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        values = pictures[:, 0, 0, 0]
        self.batches.append(values.tolist())
        self.threads.add(threading.get_ident())
        self.started.release()
        assert self.let_through.acquire(timeout=30)
        if 13 in values:
            raise ArithmeticError("13")
        return np.stack([values, values.astype(np.int64) + 1], axis=1).astype(np.float32)

    def release(self, batches: int = 100) -> None:
        self.let_through.release(batches)


@pytest.fixture
def network() -> Network:
    return Network()


@pytest.fixture
def batcher(network: Network) -> Iterator[Batcher]:
    batcher = Batcher(network, "test", LIMIT)
    yield batcher
    network.release()
    batcher.close()


async def running(network: Network, batcher: Batcher, *values: int) -> Answer:
    """A request whose batch has begun, so that what comes next must wait."""
    task = await submitted(batcher, *values)
    assert await asyncio.to_thread(network.started.acquire, timeout=30)
    return task


@in_loop
async def test_a_lone_request_does_not_wait(network: Network, batcher: Batcher) -> None:
    network.release()
    assert (await batcher.submit(views(5))).tolist() == answer(5)
    assert (await batcher.submit(views(6, 7))).tolist() == answer(6, 7)
    assert network.batches == [[5], [6, 7]]


@in_loop
async def test_what_waits_goes_together_in_its_order(network: Network, batcher: Batcher) -> None:
    tasks = [await running(network, batcher, 100)]
    tasks += [await submitted(batcher, value) for value in range(20, 40)]
    network.release()
    answers = await asyncio.gather(*tasks)
    assert network.batches == [[100], [*range(20, 28)], [*range(28, 36)], [*range(36, 40)]]
    assert [rows.tolist() for rows in answers] == [answer(value) for value in (100, *range(20, 40))]
    assert network.threads.isdisjoint({threading.get_ident()})
    assert len(network.threads) == 1


@in_loop
async def test_a_request_is_not_split(network: Network, batcher: Batcher) -> None:
    first = await running(network, batcher, 100)
    waiting = [
        await submitted(batcher, *group) for group in ([1, 2], range(20, 27), [3], range(30, 40), [4, 5])
    ]
    network.release()
    answers = await asyncio.gather(first, *waiting)
    assert network.batches[1:] == [[1, 2], [*range(20, 27), 3], [*range(30, 40)], [4, 5]]
    assert answers[4].tolist() == answer(*range(30, 40))


@in_loop
async def test_a_failure_reaches_only_its_own_batch(network: Network, batcher: Batcher) -> None:
    before = await running(network, batcher, 100)
    beside = [await submitted(batcher, value) for value in (1, 13)]
    fill = await submitted(batcher, *range(20, 26))
    after = await submitted(batcher, 7)
    network.release()
    outcomes = await asyncio.gather(before, *beside, fill, after, return_exceptions=True)
    assert network.batches[1:] == [[1, 13, *range(20, 26)], [7]]
    assert [isinstance(outcome, ArithmeticError) for outcome in outcomes] == [False, True, True, True, False]
    assert (await batcher.submit(views(8))).tolist() == answer(8)


@in_loop
async def test_whoever_left_the_queue_costs_nothing(network: Network, batcher: Batcher) -> None:
    first = await running(network, batcher, 100)
    leaving, staying = await submitted(batcher, 1), await submitted(batcher, 2)
    leaving.cancel()
    await asyncio.wait([leaving])
    network.release()
    assert (await first).tolist() == answer(100)
    assert (await staying).tolist() == answer(2)
    assert network.batches == [[100], [2]]


@in_loop
async def test_a_queue_that_everyone_left_runs_nothing(network: Network, batcher: Batcher) -> None:
    first = await running(network, batcher, 100)
    leaving = await submitted(batcher, 1)
    leaving.cancel()
    await asyncio.wait([leaving])
    network.release()
    await first
    assert (await batcher.submit(views(3))).tolist() == answer(3)
    assert network.batches == [[100], [3]]


@in_loop
async def test_whoever_leaves_a_running_batch_harms_nobody(network: Network, batcher: Batcher) -> None:
    first = await running(network, batcher, 100)
    leaving, staying = await submitted(batcher, 1), await submitted(batcher, 2)
    network.release(1)
    await first
    assert await asyncio.to_thread(network.started.acquire, timeout=30)
    leaving.cancel()
    network.release()
    assert (await staying).tolist() == answer(2)
    assert network.batches == [[100], [1, 2]]


@in_loop
async def test_closing_answers_what_runs_and_ends_what_waits(network: Network, batcher: Batcher) -> None:
    runs = await running(network, batcher, 100)
    waits = await submitted(batcher, 1)
    closing = asyncio.create_task(asyncio.to_thread(batcher.close))
    with pytest.raises(RuntimeClosed):
        await waits
    network.release()
    await closing
    assert (await runs).tolist() == answer(100)
    assert network.batches == [[100]]
    with pytest.raises(RuntimeClosed):
        await batcher.submit(views(2))


@in_loop
async def test_closing_twice_is_as_good_as_once(network: Network, batcher: Batcher) -> None:
    batcher.close()
    batcher.close()


def test_serves_one_event_loop_after_another(network: Network, batcher: Batcher) -> None:
    network.release()
    for value in (1, 2):
        waiting: Awaitable[NDArray[np.float32]] = batcher.submit(views(value))
        assert asyncio.run(asyncio.wait_for(waiting, 30)).tolist() == answer(value)
