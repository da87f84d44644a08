"""One visit of each kind of stranger; what comes of it goes into a Spell."""

import asyncio
import io
import json
import random
import secrets
import socket
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from PIL import Image

from tests.bench.exchange import Connection, Reply
from tests.server.pictures import file_of
from tests.soak.requests import Bad, coloured_photo, request_id, upload
from tests.soak.tally import Spell

LONGEST_S = 60.0
_SAME = 1e-3
_COLOUR_OFF = 6


@dataclass(frozen=True, slots=True)
class Known:
    """A photo with the answer that it gets when nobody else asks."""

    photo: bytes
    label: str
    probability: float


async def ask(url: str, request: bytes) -> Reply | str:
    """The reply, or how the connection ended without one."""
    connection = Connection(url)
    try:
        return await asyncio.wait_for(connection.exchange(request), LONGEST_S)
    except TimeoutError:
        return "no answer"
    except OSError as error:
        return type(error).__name__
    finally:
        connection.close()


async def learn(url: str, photo: bytes) -> Known:
    reply = await ask(url, upload("/predict", url, photo))
    assert isinstance(reply, Reply)
    assert reply.status == 200, reply.body
    first = json.loads(reply.body)["predictions"][0]
    return Known(photo, first["label"], first["probability"])


async def good(url: str, known: Known, spell: Spell) -> None:
    request = upload("/predict", url, known.photo)
    began = time.perf_counter()
    reply = await ask(url, request)
    took = time.perf_counter() - began
    body = _judge("good", reply, request, took, spell)
    if body is None:
        return
    first = body["predictions"][0]
    if first["label"] == known.label and abs(first["probability"] - known.probability) < _SAME:
        spell.answers.append(took)
        spell.note("good", "answered")
    else:
        spell.fault("good", "somebody else's answer")


async def echo(url: str, spell: Spell) -> None:
    """Its picture comes back and is its own."""
    colour = (random.randrange(256), random.randrange(256), random.randrange(256))
    request = upload("/image", url, coloured_photo(colour), accept="application/json")
    began = time.perf_counter()
    reply = await ask(url, request)
    body = _judge("echo", reply, request, time.perf_counter() - began, spell)
    if body is None:
        return
    path = urlsplit(body["url"]).path
    fetched = await ask(url, f"GET {path} HTTP/1.1\r\nHost: {urlsplit(url).netloc}\r\n\r\n".encode())
    if isinstance(fetched, str) or fetched.status != 200:
        spell.fault("echo", f"not fetched: {fetched if isinstance(fetched, str) else fetched.status}")
        return
    mean = np.asarray(Image.open(io.BytesIO(fetched.body))).mean(axis=(0, 1))
    own = np.abs(mean - colour).max() < _COLOUR_OFF
    spell.note("echo", "answered") if own else spell.fault("echo", "somebody else's picture")


async def bad(url: str, one: Bad, spell: Spell) -> None:
    request = upload("/predict", url, one.body)
    reply = await ask(url, request)
    if isinstance(reply, Reply) and reply.status in one.statuses:
        spell.note("bad", "refused as it should be")
    elif isinstance(reply, Reply) and _is_refusal(reply):
        spell.note("bad", "refused: too much to do")
    else:
        spell.fault("bad", f"{one.name}: {reply if isinstance(reply, str) else reply.status}")


async def slow(url: str, photo: bytes, seconds: float, spell: Spell) -> None:
    """Sends a piece now and then for `seconds`, half of them not even a whole header, and then goes away."""
    request = upload("/predict", url, photo)
    piece = 7 if random.random() < 0.5 else 700
    outcome = "went away unfinished"
    with suppress(OSError):
        reader, writer = await asyncio.open_connection(urlsplit(url).hostname, urlsplit(url).port)
        until = time.perf_counter() + seconds
        for start in range(0, len(request), piece):
            writer.write(request[start : start + piece])
            await asyncio.sleep(1)
            if reader.at_eof() or writer.is_closing():
                outcome = "shut out"
            if outcome == "shut out" or time.perf_counter() > until:
                break
        writer.close()
    spell.note("slow", outcome)


async def vanishing(url: str, photo: bytes, spell: Spell) -> None:
    """Sends a whole photo, or most of one, and does not wait for the answer."""
    request = upload("/predict", url, photo)
    with suppress(OSError):
        _, writer = await asyncio.open_connection(urlsplit(url).hostname, urlsplit(url).port)
        writer.write(request if random.random() < 0.5 else request[: random.randrange(len(request))])
        await asyncio.sleep(random.uniform(0, 0.1))
        writer.close()
    spell.note("vanishing", "gone")


async def tiny_chunks(url: str, spell: Spell) -> None:
    """More bytes of chunk headers than of data."""
    request = _head(url, "/predict", "Transfer-Encoding: chunked") + b"1\r\nx\r\n" * 20_000
    _refused_with(400, "tiny_chunks", await ask(url, request), spell)


async def long_header(url: str, spell: Spell) -> None:
    """Thousands of lines, or of parameters of one field, or a long path."""
    status, request = random.choice(
        [
            (431, _head(url, "/predict", *["A:"] * 15_000)),
            (431, _head(url, "/predict", "Content-Type: multipart/form-data" + ";" * 60_000)),
            (414, _head(url, "/" + "x" * 60_000).replace(b"HTTP/1.1", b"HTTP/1.0")),
        ]
    )
    _refused_with(status, "long_header", await ask(url, request), spell)


async def announcing(url: str, seconds: float, spell: Spell) -> None:
    """Announces a body and never sends it; the server may close the connection for others."""
    await _hold(url, _head(url, "/predict", "Content-Length: 1000000"), seconds, 65536)
    spell.note("announcing", "sent no body")


async def unread(url: str, seconds: float, spell: Spell) -> None:
    """Asks for an answer of some MB and does not read it."""
    request = upload("/image", url, file_of(_large_when_answered(), "PNG"))
    await _hold(url, request, seconds, 4096)
    spell.note("unread", "read no answer")


async def _hold(url: str, request: bytes, seconds: float, receive_buffer: int) -> None:
    """Sends `request`, reads nothing, and closes the connection after `seconds`."""
    loop = asyncio.get_running_loop()
    with socket.socket() as connection, suppress(OSError):
        connection.setblocking(False)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        await loop.sock_connect(connection, (urlsplit(url).hostname, urlsplit(url).port))
        await loop.sock_sendall(connection, request)
        await asyncio.sleep(seconds)


def _head(url: str, path: str, *more: str) -> bytes:
    lines = [
        f"POST {path} HTTP/1.1",
        f"Host: {urlsplit(url).netloc}",
        f"X-Request-ID: {secrets.token_hex(8)}",
        *more,
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


@cache
def _large_when_answered() -> Image.Image:
    """Its lines repeat, which PNG knows to say in few bytes and JPEG does not."""
    line = np.random.default_rng(0).integers(0, 256, (1, 64, 3), np.uint8)
    return Image.fromarray(np.tile(line, (1500, 30, 1)))


def _refused_with(status: int, client: str, reply: Reply | str, spell: Spell) -> None:
    if isinstance(reply, Reply) and (reply.status == status or _is_refusal(reply)):
        spell.note(client, "refused as it should be")
    else:
        spell.fault(client, reply if isinstance(reply, str) else str(reply.status))


def _judge(client: str, reply: Reply | str, request: bytes, took: float, spell: Spell) -> Any:
    """The body of a 200; None where the request has been accounted for."""
    if isinstance(reply, str):
        spell.fault(client, f"lost: {reply}")
        return None
    if _is_refusal(reply):
        spell.refusals.append(took)
        spell.note(client, "refused: too much to do")
        return None
    if reply.status != 200:
        spell.fault(client, str(reply.status))
        return None
    body = json.loads(reply.body)
    if body["request_id"] != request_id(request):
        spell.fault(client, "an answer to another request")
        return None
    return body


def _is_refusal(reply: Reply) -> bool:
    return reply.status in (429, 503) and reply.retry_after > 0
