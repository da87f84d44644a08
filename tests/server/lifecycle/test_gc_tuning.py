"""The network is out of the collector's way, until it is replaced."""

import asyncio
import gc
import weakref
from collections.abc import Iterator

import pytest

from paishi.lifecycle.gc_tuning import GcTuning


class Network:
    """Garbage that only the collector finds."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    often = gc.get_threshold()
    gc.disable()
    yield
    gc.enable()
    gc.unfreeze()
    gc.set_threshold(*often)


def test_what_stays_is_not_looked_at() -> None:
    async def settle() -> None:
        GcTuning(after_s=0).begin()
        await asyncio.sleep(0.01)

    network = Network()
    asyncio.run(settle())
    assert not any(thing is network for thing in gc.get_objects())


def test_collections_are_rare() -> None:
    often = gc.get_threshold()

    async def begin() -> None:
        GcTuning(after_s=60).begin()

    asyncio.run(begin())
    assert gc.get_threshold()[0] > 5 * often[0]


def test_not_before_whoever_asked_the_one_before_has_been_answered() -> None:
    async def begin() -> None:
        GcTuning(after_s=60).begin()
        await asyncio.sleep(0.01)

    asyncio.run(begin())
    assert gc.get_freeze_count() == 0


def test_a_network_that_was_replaced_is_freed() -> None:
    async def replace() -> None:
        lasting = GcTuning(after_s=0.01)
        network = Network()
        freed = weakref.ref(network)
        lasting.begin()
        await asyncio.sleep(0.05)
        lasting.begin()
        del network
        assert freed()
        await asyncio.sleep(0.05)
        assert not freed()

    asyncio.run(replace())
