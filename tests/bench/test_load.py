"""The generator against a server that says what the test wants."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.bench.arrivals import poisson_arrivals
from tests.bench.load import closed_loop, open_loop

GOOD = b'{"success": true, "predictions": [{"label": "tench", "probability": 0.9}]}'
FULL = json.dumps({"code": "overloaded"}).encode()
LOADING = json.dumps({"code": "model-loading"}).encode()


@contextmanager
def answering(status: int, body: bytes, headers: str = "") -> Iterator[str]:
    """A server that gives every request the same answer; the address to send to."""
    loop = asyncio.new_event_loop()
    reply = f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode() + body

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                await reader.readexactly(int(head.split(b"Content-Length: ")[1].split(b"\r\n")[0]))
                # In two pieces, as a network may deliver it.
                writer.write(reply[:25])
                await asyncio.sleep(0)
                writer.write(reply[25:])
                if "close" in headers:
                    break
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()

    server = loop.run_until_complete(asyncio.start_server(handle, "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/predict"
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        server.close()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0.01))
        loop.close()


@pytest.mark.parametrize("headers", ["", "Connection: close\r\n"])
def test_every_answer_is_counted_once(headers: str) -> None:
    with answering(200, GOOD, headers) as url:
        load = open_loop(url, b"photo" * 1000, rate=200, seconds=0.2, seed=1)
        closed = closed_loop(url, b"photo" * 1000, clients=4, seconds=0.2)
    assert load.errors == closed.errors == {}
    assert len(load.latencies) == len(poisson_arrivals(200, 0.2, 1))
    assert len(closed.latencies) > 4
    assert all(latency > 0 for latency in [*load.latencies, *closed.latencies])


@pytest.mark.parametrize(
    ("status", "body", "refused", "error"),
    [
        (503, FULL, True, None),
        (503, LOADING, False, "503"),
        (500, b"", False, "500"),
        (200, GOOD.replace(b"true", b"false"), False, "200"),
        (200, b'{"success": true, "predictions": []}', False, "200"),
        (200, b"not json", False, "200"),
    ],
)
def test_what_is_no_answer(status: int, body: bytes, refused: bool, error: str | None) -> None:
    with answering(status, body) as url:
        load = open_loop(url, b"photo", rate=100, seconds=0.1, seed=1)
    sent = len(poisson_arrivals(100, 0.1, 1))
    assert load.latencies == []
    assert load.refused == (sent if refused else 0)
    assert load.errors == ({error: sent} if error else {})


def test_a_server_that_is_gone_is_an_error() -> None:
    with answering(200, GOOD) as url:
        pass
    load = open_loop(url, b"photo", rate=100, seconds=0.1, seed=1)
    assert load.latencies == []
    assert set(load.errors) == {"ConnectionRefusedError"}
