from server.store import EchoStore


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_what_is_too_old_goes() -> None:
    clock = Clock()
    store = EchoStore(max_bytes=100, max_age_s=10, clock=clock)
    key = store.put(b"abc")
    clock.now = 9.9
    assert store.get(key) == b"abc"
    clock.now = 10.1
    assert store.get(key) is None
    assert store.size == 0


def test_what_is_too_much_goes_oldest_first() -> None:
    store = EchoStore(max_bytes=10, max_age_s=10)
    keys = [store.put(bytes(4)) for _ in range(3)]
    assert [store.get(key) is not None for key in keys] == [False, True, True]
    assert store.size == 8


def test_one_picture_over_the_bound_is_still_there_for_its_sender() -> None:
    store = EchoStore(max_bytes=10, max_age_s=10)
    small = store.put(bytes(4))
    large = store.put(bytes(40))
    assert store.get(large) == bytes(40)
    assert store.get(small) is None
    store.put(bytes(4))
    assert store.size == 4


def test_ids_are_not_made_of_the_picture() -> None:
    store = EchoStore(max_bytes=1000, max_age_s=10)
    keys = {store.put(b"same") for _ in range(100)}
    assert len(keys) == 100
    assert min(map(len, keys)) >= 22
