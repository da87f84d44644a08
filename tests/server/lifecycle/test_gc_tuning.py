"""The model is left out of garbage collections, until it is replaced."""

import asyncio
import gc
import weakref
from collections.abc import Iterator

import pytest

from paishi.lifecycle.gc_tuning import GcTuning


class Model:
    """Garbage that only the collector finds."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    often = gc.get_threshold()
    gc.disable()
    gc.unfreeze()  # what tests/conftest.py has frozen
    yield
    gc.enable()
    gc.unfreeze()
    gc.set_threshold(*often)


def test_what_stays_is_not_scanned() -> None:
    async def settle() -> None:
        GcTuning(after_s=0).on_ready()
        await asyncio.sleep(0.01)

    model = Model()
    asyncio.run(settle())
    assert not any(thing is model for thing in gc.get_objects())


def test_collections_are_rare() -> None:
    often = gc.get_threshold()

    async def begin() -> None:
        GcTuning(after_s=60).on_ready()

    asyncio.run(begin())
    assert gc.get_threshold()[0] > 5 * often[0]


def test_not_before_requests_to_the_old_model_have_ended() -> None:
    async def begin() -> None:
        GcTuning(after_s=60).on_ready()
        await asyncio.sleep(0.01)

    asyncio.run(begin())
    assert gc.get_freeze_count() == 0


def test_a_replaced_model_is_freed() -> None:
    async def replace() -> None:
        tuning = GcTuning(after_s=0.01)
        model = Model()
        freed = weakref.ref(model)
        tuning.on_ready()
        await asyncio.sleep(0.05)
        tuning.on_ready()
        del model
        assert freed()
        await asyncio.sleep(0.05)
        assert not freed()

    asyncio.run(replace())
