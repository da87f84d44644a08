"""A request leaves no reference cycles: the cyclic garbage collector would pause the event loop."""

import gc
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.server.conftest import wait_for
from tests.server.connection.raw_client import END, PART, PHOTO, Served, head, upload

OURS = {
    "BoundedHTTP",
    "LingeringTransport",
    "RequestResponseCycle",
    "_BodyStream",
    "BodyReservation",
    "Timings",
}


def ours() -> Counter[str]:
    return Counter(name for thing in gc.get_objects() if (name := type(thing).__name__) in OURS)


@pytest.fixture
def no_collections() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def everything_goes(served: Served) -> None:
    wait_for(lambda: not served.services.connections.open and not ours(), 10, f"the end of {ours()}")


def test_of_an_answer(served: Served, no_collections: None) -> None:
    with served.raw() as client:
        for _ in range(3):
            assert client.send(upload()).answer().status == 200
    everything_goes(served)


def test_of_a_photo_that_is_refused(served: Served, no_collections: None) -> None:
    with served.raw() as client:
        assert client.send(upload(b"no photo")).answer().status == 415
    everything_goes(served)


def test_of_a_shed_request(served: Served, no_collections: None) -> None:
    admission = served.services.admission
    admission.in_hand = admission.limit
    try:
        with served.raw() as client:
            assert client.send(upload()).answer().status == 503
    finally:
        admission.in_hand = 0
    everything_goes(served)


def test_of_a_client_that_disconnects(served: Served, no_collections: None) -> None:
    body = PART + PHOTO + END
    with served.raw() as client:
        client.send(head(len(body)) + body[:-1])
        wait_for(lambda: served.services.body_memory.held == len(body), 10, "most of the body")
    everything_goes(served)
