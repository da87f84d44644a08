"""Spells of load, each in a process of its own: who makes the load must not slow down who measures it."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any

from tests.bench.arrivals import poisson_arrivals
from tests.soak.clients import (
    Known,
    announcing,
    bad,
    echo,
    good,
    learn,
    long_header,
    slow,
    tiny_chunks,
    unread,
    vanishing,
)
from tests.soak.requests import bad_photos, good_photos
from tests.soak.tally import Spell

Visit = Callable[[], Coroutine[Any, Any, None]]
_AT_ONCE = 900
"""Connections that the generator holds at most; more would measure the generator."""


@dataclass(frozen=True, slots=True)
class Rates:
    """Visits a second."""

    good: float = 0.0
    echo: float = 0.0
    bad: float = 0.0
    vanishing: float = 0.0
    slow: float = 0.0
    hostile: float = 0.0
    """Of each kind that would take a server from others: tiny chunks, long headers, bodies that never come,
    answers that nobody reads."""


def learn_answers(url: str) -> list[Known]:
    async def one_after_the_other() -> list[Known]:
        return [await learn(url, photo) for photo in good_photos()]

    return asyncio.run(one_after_the_other())


def capacity(url: str, known: Sequence[Known], seconds: float) -> Spell:
    """Sixteen clients that each wait for the last answer: how many a second it can give."""
    spell = Spell("capacity", seconds)

    async def client(number: int) -> None:
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            await good(url, known[number % len(known)], spell)

    async def all_of_them() -> None:
        await asyncio.gather(*(client(number) for number in range(16)))

    asyncio.run(all_of_them())
    return spell


def spell_of(name: str, url: str, known: Sequence[Known], rates: Rates, seconds: float, seed: int) -> Spell:
    """Visits that come whether or not the last was answered; returns when all of them are over."""
    spell = Spell(name)
    photos, bads = cycle(known), cycle(bad_photos(known[0].photo))
    visits: dict[str, Visit] = {
        "good": lambda: good(url, next(photos), spell),
        "echo": lambda: echo(url, spell),
        "bad": lambda: bad(url, next(bads), spell),
        "vanishing": lambda: vanishing(url, known[0].photo, spell),
        "slow": lambda: slow(url, known[0].photo, min(seconds, 30.0), spell),
        "tiny_chunks": lambda: tiny_chunks(url, spell),
        "long_header": lambda: long_header(url, spell),
        "announcing": lambda: announcing(url, min(seconds, 30.0), spell),
        "unread": lambda: unread(url, min(seconds, 30.0), spell),
    }
    schedule = sorted(
        (at, kind)
        for place, kind in enumerate(visits)
        if (rate := getattr(rates, kind, rates.hostile)) > 0
        for at in poisson_arrivals(rate, seconds, 10 * seed + place)
    )
    asyncio.run(_visit(schedule, visits, spell))
    spell.seconds = seconds
    return spell


async def _visit(schedule: list[tuple[float, str]], visits: dict[str, Visit], spell: Spell) -> None:
    began = time.perf_counter()
    under_way: set[asyncio.Task[None]] = set()
    for at, kind in schedule:
        await asyncio.sleep(max(0.0, began + at - time.perf_counter()))
        if len(under_way) >= _AT_ONCE:
            spell.outcomes[kind, "not sent: the generator had its hands full"] += 1
            continue
        task = asyncio.create_task(visits[kind]())
        under_way.add(task)
        task.add_done_callback(under_way.discard)
    await asyncio.gather(*under_way)
