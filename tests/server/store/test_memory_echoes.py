import asyncio

from paishi.store.echoes import ENTRY_BYTES, MemoryEchoes
from tests.server.store.clock import Clock

SMALL = 4 + ENTRY_BYTES


def put(store: MemoryEchoes, picture: bytes) -> str:
    return asyncio.run(store.put(picture))


def get(store: MemoryEchoes, key: str) -> bytes | None:
    return asyncio.run(store.get(key))


def test_expired_pictures_are_deleted() -> None:
    clock = Clock()
    store = MemoryEchoes(max_bytes=1000, max_age_s=10, clock=clock)
    key = put(store, b"abc")
    clock.now += 9.9
    assert get(store, key) == b"abc"
    clock.now += 0.2
    assert get(store, key) is None
    assert (store.size, store.pictures) == (0, 0)


def test_surplus_pictures_are_deleted_oldest_first() -> None:
    store = MemoryEchoes(max_bytes=2 * SMALL + 2, max_age_s=10)
    keys = [put(store, bytes(4)) for _ in range(3)]
    assert [get(store, key) is not None for key in keys] == [False, True, True]
    assert (store.size, store.pictures) == (2 * SMALL, 2)


def test_one_picture_over_the_bound_is_still_there_for_its_sender() -> None:
    store = MemoryEchoes(max_bytes=2 * SMALL, max_age_s=10)
    small = put(store, bytes(4))
    large = put(store, bytes(4000))
    assert get(store, large) == bytes(4000)
    assert get(store, small) is None
    put(store, bytes(4))
    assert store.size == SMALL


def test_keys_do_not_depend_on_the_picture() -> None:
    store = MemoryEchoes(max_bytes=100_000, max_age_s=10)
    keys = {put(store, b"same") for _ in range(100)}
    assert len(keys) == 100
    assert min(map(len, keys)) >= 22
