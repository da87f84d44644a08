"""Decodes and model runs are timed for the request that they belong to."""

import asyncio
import threading
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from paishi.photo.decode import Decoder
from paishi.photo.reader import PhotoReader
from paishi.problems.kinds import PhotoError
from paishi.runtimes.scheduler import Scheduler
from paishi.system.cpu_budget import CpuBudget
from paishi.telemetry.request_record import Timings
from tests.server.pictures import file_of, noise

Run = Callable[[NDArray[np.uint8]], NDArray[np.float32]]


def views(pictures: int) -> NDArray[np.uint8]:
    return np.zeros((pictures, 2, 2, 3), np.uint8)


def mean(batch: NDArray[np.uint8]) -> NDArray[np.float32]:
    return batch.mean(axis=(1, 2)).astype(np.float32)


async def observed(submit: Callable[[NDArray[np.uint8]], object], pictures: int = 1) -> Timings:
    timings = Timings()
    with timings.collect():
        await submit(views(pictures))  # type: ignore[misc]
    return timings


def test_each_view_is_timed_with_the_number_that_ran_beside_it() -> None:
    together = threading.Barrier(2)

    def stream(view: NDArray[np.uint8]) -> NDArray[np.float32]:
        together.wait(20)
        return mean(view)

    scheduler = Scheduler(lambda at_once: [stream] * at_once, CpuBudget(2), name="test")
    scheduler._load_s = 0.0  # from the first moment on, two are a crowd
    crowd = asyncio.run(observed(scheduler.submit, 2))
    scheduler.close()
    assert len(crowd.runs) == 2
    assert max(run.at_once for run in crowd.runs) == 2
    assert crowd.queue_s is not None
    assert crowd.inference_s is not None
    assert crowd.inference_s >= max(run.ran for run in crowd.runs)


def test_another_task_is_not_timed() -> None:
    scheduler = Scheduler(lambda at_once: [mean], CpuBudget(1), name="test")

    async def two() -> Timings:
        timings = await observed(scheduler.submit)
        await scheduler.submit(views(1))
        return timings

    assert len(asyncio.run(two()).runs) == 1
    scheduler.close()


@pytest.mark.parametrize(("photo", "good"), [(file_of(noise()), True), (b"no photo", False)])
def test_a_photo_that_cannot_be_decoded_is_timed_as_well(photo: bytes, good: bool) -> None:
    async def read() -> Timings:
        timings, photos = Timings(), PhotoReader(Decoder(2, 1), 1_000_000, 1, CpuBudget(1))
        with timings.collect():
            try:
                await photos.upright_jpeg(photo)
            except PhotoError:
                assert not good
        return timings

    [decode] = asyncio.run(read()).decodes
    assert decode.took > 0
    assert decode.waited > 0


def test_views_that_run_one_after_the_other_are_one_inference() -> None:
    timings = Timings()
    with timings.collect():
        scheduler = Scheduler(lambda at_once: [mean], CpuBudget(1), name="test")
        asyncio.run(scheduler.submit(views(3)))
        scheduler.close()
    assert len(timings.runs) == 3
    assert timings.inference_s is not None
    assert timings.inference_s >= sum(run.ran for run in timings.runs)
