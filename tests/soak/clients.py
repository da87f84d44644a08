"""One visit of each kind of stranger; what comes of it goes into a Spell."""

import asyncio
import io
import json
import random
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from PIL import Image

from tests.bench.exchange import Connection, Reply
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
