"""Counters in memory end with their window and are bounded."""

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st
from limits.aio.storage import MemoryStorage as StorageOfLimits

from paishi.access.memory_storage import MemoryStorage


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_window_begins_with_its_first_hit_and_ends() -> None:
    async def use() -> None:
        clock = Clock()
        counters = MemoryStorage(clock=clock)
        assert [await counters.incr("a", 60, 2) for _ in range(3)] == [2, 4, 6]
        assert await counters.get_expiry("a") == 1060
        clock.now += 59
        assert await counters.incr("a", 60) == 7
        clock.now += 1
        assert await counters.incr("a", 60) == 1
        assert await counters.get_expiry("a") == 1120

    asyncio.run(use())


def test_ended_windows_are_dropped() -> None:
    async def use() -> None:
        clock = Clock()
        counters = MemoryStorage(clock=clock)
        for client in range(1000):
            await counters.incr(f"c{client}", 60)
        clock.now += 60
        await counters.incr("one more", 60)
        assert len(counters) == 1

    asyncio.run(use())


def test_the_number_of_counters_is_bounded() -> None:
    async def use() -> None:
        counters = MemoryStorage(capacity=1000)
        for client in range(200_000):
            await counters.incr(f"at:2001:db8:0:{client:x}::/64", 60)
        assert len(counters) == 1000
        assert await counters.incr("at:2001:db8:0:30d3f::/64", 60) == 2
        assert await counters.incr("at:2001:db8:0:0::/64", 60) == 1

    asyncio.run(use())


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 5)), max_size=30))
def test_they_count_like_those_of_limits(hits: list[tuple[str, int]]) -> None:
    async def use() -> None:
        ours, theirs = MemoryStorage(), StorageOfLimits()
        for key, amount in hits:
            assert await ours.incr(key, 60, amount) == await theirs.incr(key, 60, amount)
        if theirs.timer:
            await theirs.timer

    asyncio.run(use())
