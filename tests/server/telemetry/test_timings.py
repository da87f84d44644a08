"""What is timed tells whoever asked for it, and nobody else."""

import asyncio
import threading
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from paishi.photo.errors import PhotoError
from paishi.photo.reader import PhotoReader
from paishi.runtimes.batching import Batcher
from paishi.runtimes.openvino.scheduler import Lanes
from paishi.system.cpu_budget import CoreBudget
from paishi.telemetry.timings import Observation
from tests.server.pictures import file_of, noise

Run = Callable[[NDArray[np.uint8]], NDArray[np.float32]]


def views(pictures: int) -> NDArray[np.uint8]:
    return np.zeros((pictures, 2, 2, 3), np.uint8)


def mean(batch: NDArray[np.uint8]) -> NDArray[np.float32]:
    return batch.mean(axis=(1, 2)).astype(np.float32)


async def observed(submit: Callable[[NDArray[np.uint8]], object], pictures: int = 1) -> Observation:
    observation = Observation()
    with observation.told():
        await submit(views(pictures))  # type: ignore[misc]
    return observation


def test_a_batch_tells_each_of_its_callers() -> None:
    running, go_on = threading.Event(), threading.Event()

    def run(batch: NDArray[np.uint8]) -> NDArray[np.float32]:
        running.set()
        assert go_on.wait(20)
        return mean(batch)

    batcher = Batcher(run, "test")

    async def three() -> tuple[Observation, ...]:
        first = asyncio.create_task(observed(batcher.submit))
        await asyncio.to_thread(running.wait, 20)
        others = [asyncio.create_task(observed(batcher.submit, pictures)) for pictures in (1, 2)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        go_on.set()
        return await asyncio.gather(first, *others)

    alone, *together = asyncio.run(three())
    batcher.close()
    assert [run.at_once for run in alone.runs] == [1]
    assert [[run.at_once for run in observation.runs] for observation in together] == [[3], [3]]
    # They waited for as long as the first one still ran.
    assert all(observation.queue_s > 0 for observation in together if observation.queue_s is not None)


def test_lanes_tell_of_each_view_and_how_many_ran_beside_it() -> None:
    beside = threading.Barrier(2)

    def stream(view: NDArray[np.uint8]) -> NDArray[np.float32]:
        beside.wait(20)  # both are at work
        return mean(view)

    lanes = Lanes(mean, [stream, stream], CoreBudget(2), name="test")
    crowd = asyncio.run(observed(lanes.submit, 2))
    lanes.close()
    assert len(crowd.runs) == 2
    assert max(run.at_once for run in crowd.runs) == 2
    assert crowd.queue_s is not None
    assert crowd.inference_s is not None
    assert crowd.inference_s >= max(run.ran for run in crowd.runs)


def test_who_asked_elsewhere_is_told_nothing() -> None:
    lanes = Lanes(mean, [mean], CoreBudget(1), name="test")

    async def two() -> Observation:
        observation = await observed(lanes.submit)
        await lanes.submit(views(1))
        return observation

    assert len(asyncio.run(two()).runs) == 1
    lanes.close()


@pytest.mark.parametrize(("photo", "good"), [(file_of(noise()), True), (b"no photo", False)])
def test_a_decoder_tells_also_of_what_it_cannot_read(photo: bytes, good: bool) -> None:
    async def read() -> Observation:
        observation, photos = Observation(), PhotoReader(1_000_000, 1, CoreBudget(1))
        with observation.told():
            try:
                await photos.upright_jpeg(photo)
            except PhotoError:
                assert not good
        return observation

    [decode] = asyncio.run(read()).decodes
    assert decode.took > 0
    assert decode.waited > 0


def test_views_that_run_one_after_the_other_are_one_inference() -> None:
    observation = Observation()
    with observation.told():
        lanes = Lanes(mean, [mean], CoreBudget(1), name="test")
        asyncio.run(lanes.submit(views(3)))
        lanes.close()
    assert len(observation.runs) == 3
    assert observation.inference_s is not None
    assert observation.inference_s >= sum(run.ran for run in observation.runs)
