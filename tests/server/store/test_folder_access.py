"""A store that hangs blocks a bounded number of threads, and is used again once it responds."""

import asyncio
import gc
import threading
import time
from collections.abc import Iterator

import pytest

from paishi.problems.kinds import StoreUnavailable
from paishi.store import folder
from paishi.store.folder import FolderAccess
from tests.server.conftest import wait_for

SLOTS = folder._SLOTS


class Store:
    """Hangs until `goes_on` is set."""

    def __init__(self) -> None:
        self.goes_on = threading.Event()
        self.calls = 0
        self.inside = 0
        self._lock = threading.Lock()

    def __call__(self) -> str:
        with self._lock:
            self.calls += 1
            self.inside += 1
        assert self.goes_on.wait(60)
        with self._lock:
            self.inside -= 1
        return "answer"


@pytest.fixture
def store() -> Iterator[Store]:
    store = Store()
    yield store
    store.goes_on.set()


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> float:
    """How long a call may take, in seconds."""
    monkeypatch.setattr(folder, "_LIMIT_S", 0.3)
    return 0.3


async def unavailable(access: FolderAccess, store: Store) -> float:
    """How long that took to be known, in seconds."""
    began = time.monotonic()
    with pytest.raises(StoreUnavailable):
        await access(store)
    return time.monotonic() - began


async def answers(access: FolderAccess, store: Store) -> None:
    async with asyncio.timeout(20):
        while True:
            try:
                assert await access(store) == "answer"
            except StoreUnavailable:
                await asyncio.sleep(0.02)
            else:
                return


def test_a_store_that_hangs_takes_no_more_threads(store: Store, patience: float) -> None:
    async def hang_and_answer() -> None:
        access, threads = FolderAccess(), threading.active_count()
        for _ in range(3):
            await asyncio.gather(*(unavailable(access, store) for _ in range(2 * SLOTS)))
        assert store.calls == store.inside == SLOTS
        assert threading.active_count() <= threads + SLOTS
        store.goes_on.set()
        await answers(access, store)
        wait_for(lambda: store.inside == 0, 20, "the threads")
        calls = store.calls
        # All slots are free again, none twice.
        store.goes_on.clear()
        await asyncio.gather(*(unavailable(access, store) for _ in range(2 * SLOTS)))
        assert store.calls == calls + SLOTS
        store.goes_on.set()

    asyncio.run(hang_and_answer())


def test_once_all_slots_hang_calls_fail_at_once(store: Store, patience: float) -> None:
    async def hang() -> float:
        access = FolderAccess()
        await asyncio.gather(*(unavailable(access, store) for _ in range(SLOTS)))
        return await unavailable(access, store)

    assert asyncio.run(hang()) < patience / 3


def test_clients_that_left_do_not_hide_that_it_hangs(store: Store, patience: float) -> None:
    async def hang() -> float:
        access = FolderAccess()
        calls = [asyncio.create_task(access(store)) for _ in range(SLOTS)]
        await asyncio.sleep(patience / 3)
        for call in calls:
            call.cancel()
        await asyncio.sleep(patience)
        return await unavailable(access, store)

    assert asyncio.run(hang()) < patience / 3


def test_a_crowd_waits_for_a_store_that_answers() -> None:
    def slowly() -> str:
        time.sleep(0.01)
        return "answer"

    async def crowd() -> list[str]:
        access = FolderAccess()
        return await asyncio.gather(*(access(slowly) for _ in range(10 * SLOTS)))

    assert asyncio.run(crowd()) == ["answer"] * 10 * SLOTS


def test_a_call_that_hung_may_fail_silently(
    store: Store, patience: float, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        store()
        raise OSError("the mount is gone")

    async def hang() -> None:
        access = FolderAccess()
        with pytest.raises(StoreUnavailable):
            await access(fail)
        store.goes_on.set()
        await answers(access, store)

    asyncio.run(hang())
    gc.collect()
    assert not caplog.messages
