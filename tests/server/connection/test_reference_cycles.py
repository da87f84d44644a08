"""A request leaves no reference cycles: the cyclic garbage collector would pause the event loop."""

import gc
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.server.conftest import wait_for
from tests.server.connection.raw_client import END, PART, PHOTO, Served, head, upload

OURS = ("paishi.", "python_multipart.", "uvicorn.")


class NoCollections:
    """Holds what earlier tests left (a traceback that pytest keeps), which is no matter of these tests."""

    def __init__(self) -> None:
        self._earlier = {id(thing): thing for thing in _ours()}

    def left(self) -> Counter[str]:
        return Counter(type(thing).__name__ for thing in _ours() if id(thing) not in self._earlier)

    def everything_goes(self, served: Served) -> None:
        connections = served.services.connections
        wait_for(lambda: not connections.open and not self.left(), 10, f"the end of {self.left()}")


def _ours() -> list[object]:
    """All of our own classes, and those of libraries that hold a body."""
    return [thing for thing in gc.get_objects() if str(type(thing).__module__).startswith(OURS)]


@pytest.fixture
def no_collections(served: Served) -> Iterator[NoCollections]:
    connections = served.services.connections
    wait_for(lambda: not connections.open, 10, "the end of earlier connections")
    gc.collect()
    gc.disable()
    yield NoCollections()
    gc.enable()


REFUSED = {"/explain": 409, "/features": 409, "/corrections": 403, "/taught": 403}
"""Of this server, whose model explains nothing and which keeps nothing, whatever comes."""

ROUTES = ["/predict", "/predict?top=3", "/image", *REFUSED]


@pytest.mark.parametrize("path", ROUTES)
def test_of_an_answer(path: str, served: Served, no_collections: NoCollections) -> None:
    with served.raw() as client:
        for _ in range(3):
            assert client.send(upload(path=path)).answer().status == REFUSED.get(path, 200)
    no_collections.everything_goes(served)


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize(
    ("photo", "status"), [(b"no photo", 415), (END + b"garbage", 422)], ids=["no photo", "no form"]
)
def test_of_what_is_refused(
    path: str, photo: bytes, status: int, served: Served, no_collections: NoCollections
) -> None:
    with served.raw() as client:
        assert client.send(upload(photo, path)).answer().status == REFUSED.get(path, status)
    no_collections.everything_goes(served)


def test_of_a_shed_request(served: Served, no_collections: NoCollections) -> None:
    admission = served.services.admission
    admission.in_hand = admission.limit
    try:
        with served.raw() as client:
            assert client.send(upload()).answer().status == 503
    finally:
        admission.in_hand = 0
    no_collections.everything_goes(served)


def test_of_a_client_that_disconnects(served: Served, no_collections: NoCollections) -> None:
    body = PART + PHOTO + END
    with served.raw() as client:
        client.send(head(len(body)) + body[:-1])
        wait_for(lambda: served.services.body_memory.held == len(body), 10, "most of the body")
    no_collections.everything_goes(served)
