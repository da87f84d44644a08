"""The wait of a new photo is estimated from the pace of the last ones."""

import asyncio
from collections.abc import Callable
from contextlib import ExitStack, suppress

import pytest

from paishi.admission.admission import FIRST_ESTIMATE_S, Admission
from paishi.problems.kinds import ModelLoading, Overloaded, PhotoError


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def measured(clock: Clock, seconds: float, photos: int = 200, limit: int = 10_000) -> Admission:
    """After `photos` of `seconds` each, one after the other, with idle hours between."""
    admission = Admission(limit, max_wait_s=5, at_once=2, clock=clock)
    for _ in range(photos):
        with admission.admit():
            clock.now += seconds
        clock.now += 3600
    return admission


def fill(admission: Admission) -> tuple[int, Overloaded]:
    """Photos in hand at the first refusal, and that refusal."""
    with ExitStack() as stack:
        try:
            while True:
                stack.enter_context(admission.admit())
        except Overloaded as refused:
            return admission.in_hand, refused


@pytest.mark.parametrize("seconds", [0.02, 0.1, 0.5])
def test_as_many_are_accepted_as_finish_in_time(seconds: float) -> None:
    admission = measured(Clock(), seconds)
    taken, refused = fill(admission)
    assert taken == pytest.approx(3.5 / seconds, rel=0.1)
    assert refused.retry_after == pytest.approx(4, abs=1)
    assert admission.refused == {"wait": 1}


def test_the_first_estimate() -> None:
    admission = Admission(10_000, max_wait_s=5, clock=Clock())
    assert fill(admission)[0] == pytest.approx(3.5 / FIRST_ESTIMATE_S, abs=1)


def test_photos_in_parallel_count_by_throughput() -> None:
    """Four at a time, 0.1 s each: 40 a second."""
    clock = Clock()
    admission = Admission(10_000, max_wait_s=5, at_once=4, clock=clock)
    for _ in range(50):
        places = [admission.admit() for _ in range(4)]
        for place in places:
            place.__enter__()
        clock.now += 0.1
        for place in places:
            place.__exit__(None, None, None)
    assert fill(admission)[0] == pytest.approx(140, rel=0.25)


def test_as_many_as_run_in_parallel_are_always_accepted() -> None:
    admission = measured(Clock(), 60)
    assert fill(admission)[0] == 2


def test_a_server_that_hangs_accepts_fewer_and_recovers() -> None:
    clock = Clock()
    admission = measured(clock, 0.02)
    with admission.admit(), admission.admit(), admission.admit():
        clock.now += 600
        with pytest.raises(Overloaded) as refused, admission.admit():
            pass
        assert (refused.value.retry_after or 0) > 20
    for _ in range(400):
        with admission.admit():
            clock.now += 0.02
    assert fill(admission)[0] > 80


def test_the_hard_bound() -> None:
    admission = measured(Clock(), 0.001, limit=7)
    assert fill(admission)[0] == 7
    assert admission.refused == {"in-hand": 1}


@pytest.mark.parametrize(
    ("error", "is_a_photo"),
    [(PhotoError("x"), True), (ModelLoading("x"), False), (asyncio.CancelledError(), False)],
    ids=lambda value: type(value).__name__,
)
def test_which_errors_count_for_the_pace(error: BaseException, is_a_photo: bool) -> None:
    """Otherwise a model that is loading would look like a fast one."""
    clock = Clock()
    admission = measured(clock, 0.1)
    for _ in range(500):
        with suppress(type(error)), admission.admit():
            clock.now += 0.001
            raise error
    assert admission.in_hand == 0
    assert (fill(admission)[0] > 1000) is is_a_photo


def test_no_place_is_lost() -> None:
    """Refused, failed, cancelled, answered, in any mixture."""

    async def visit(admission: Admission, number: int) -> None:
        endings: list[Callable[[], object]] = [lambda: None, lambda: 1 / 0]
        with admission.admit():
            await asyncio.sleep(0.001 * (number % 5))
            endings[number % 2]()

    async def crowd(admission: Admission) -> None:
        tasks = [asyncio.create_task(visit(admission, number)) for number in range(300)]
        await asyncio.sleep(0.002)
        for task in tasks[::3]:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    admission = Admission(200, max_wait_s=1000)
    for _ in range(5):
        asyncio.run(crowd(admission))
        assert admission.in_hand == 0
    assert admission.refused["in-hand"] == 5 * 100
