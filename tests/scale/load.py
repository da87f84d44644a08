"""Phones that send photos, whether or not the last was answered; runs in a process of its own."""

import asyncio
import json
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import NamedTuple

from tests.bench.exchange import Reply
from tests.soak.clients import ask
from tests.soak.requests import request_id, upload

LONGEST_S = 300.0
"""A load that nobody ends ends itself."""


class Named(NamedTuple):
    """What a photo was called, and by which model."""

    model: str
    label: str
    probability: float


@dataclass(frozen=True, slots=True)
class Sent:
    """One photo: `at` in Unix seconds, `took` in s, and `outcome`: `answered`, `refused` by a server that has
    too much to do, `no server` from HAProxy, or a fault."""

    photo: int
    at: float
    took: float
    outcome: str
    named: Named | None = None


def authorised(request: bytes, token: str) -> bytes:
    if not token:
        return request
    head, _, rest = request.partition(b"\r\n")
    return head + f"\r\nAuthorization: Bearer {token}\r\n".encode() + rest


def send_until(
    stop: Path, url: str, tokens: Sequence[str], photos: Sequence[bytes], rate: float, seed: int
) -> list[Sent]:
    """Poisson arrivals, `rate` a second, until the file `stop` exists; all answers are waited for."""
    return asyncio.run(_send_until(stop, url, tokens, photos, rate, seed))


async def _send_until(
    stop: Path, url: str, tokens: Sequence[str], photos: Sequence[bytes], rate: float, seed: int
) -> list[Sent]:
    chance, sent, under_way = random.Random(seed), [], set()
    users, began = cycle(tokens), time.perf_counter()
    due = began
    while due - began < LONGEST_S and not _exists(stop):
        due += chance.expovariate(rate)
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        number = chance.randrange(len(photos))
        task = asyncio.create_task(_visit(url, next(users), number, photos[number]))
        under_way.add(task)
        task.add_done_callback(under_way.discard)
        task.add_done_callback(lambda done: sent.append(done.result()))
    await asyncio.gather(*under_way)
    return sorted(sent, key=lambda one: one.at)


def _exists(file: Path) -> bool:
    """A look that takes microseconds, once a photo."""
    return file.exists()


async def _visit(url: str, token: str, number: int, photo: bytes) -> Sent:
    request = authorised(upload("/predict", url, photo), token)
    at, began = time.time(), time.perf_counter()
    reply = await ask(url, request)
    took = time.perf_counter() - began
    outcome, named = judge(reply, request)
    return Sent(number, at, took, outcome, named)


def judge(reply: Reply | str, request: bytes) -> tuple[str, Named | None]:
    """The outcome, and what the photo was called if it was."""
    if isinstance(reply, str):
        return f"lost: {reply}", None
    try:
        body = json.loads(reply.body)
    except ValueError:
        return f"{reply.status} that is no JSON", None
    if body.get("request_id") != request_id(request):
        return "an answer to another request", None
    if reply.status == 200:
        first = body["predictions"][0]
        return "answered", Named(body["model"]["name"], first["label"], first["probability"])
    if reply.status == 503 and reply.retry_after:
        return {"overloaded": "refused", "not-answering": "no server"}.get(body["code"], body["code"]), None
    return f"{reply.status} {body.get('code')}", None
