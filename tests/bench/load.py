"""Load on one address. Runs in a process of its own, see `workers`."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field

from tests.bench.arrivals import poisson_arrivals
from tests.bench.exchange import Connection, Reply, is_answer, is_refusal, upload_request

WARM_UP_LIMIT_S = 30.0
ANSWER_LIMIT_S = 60.0


@dataclass(frozen=True, slots=True)
class Load:
    """What one spell of load brought.

    `seconds` that were measured (an open loop's until its last answer), `latencies` in s of the answers
    in them, `refusals` in s of the requests that were refused with the 503 meant for it, `errors` by what
    was wrong, `processor_share`, the part of one core that making the load took, and how many were
    `answered` in all, before and after the measured seconds too.
    """

    seconds: float
    latencies: list[float]
    refusals: list[float]
    errors: dict[str, int]
    processor_share: float
    answered: int = 0

    @property
    def refused(self) -> int:
        return len(self.refusals)

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds


@dataclass(slots=True)
class _Tally:
    latencies: list[float] = field(default_factory=list)
    refusals: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
    answered: int = 0

    def add(self, reply: Reply | str, latency: float, measured: bool = True) -> None:
        """Errors always count; the rest only where it is `measured`."""
        if isinstance(reply, str):
            self.errors[reply] += 1
        elif is_answer(reply):
            self.answered += 1
            if measured:
                self.latencies.append(latency)
        elif is_refusal(reply):
            if measured:
                self.refusals.append(latency)
        else:
            self.errors[str(reply.status)] += 1


def closed_loop(url: str, photo: bytes, clients: int, seconds: float) -> Load:
    """`clients` that each send the next photo when the last is answered.

    Measuring begins when every client has had its first answer, so that the servers' queues are as
    long as they get, and the last requests are waited for, so that nothing of this load is left for
    the next. A client that is refused waits for as long as the refusal says.
    """
    return asyncio.run(_closed_loop(url, upload_request(url, photo), clients, seconds))


async def _closed_loop(url: str, request: bytes, clients: int, seconds: float) -> Load:
    window, tally = _Window(clients, seconds), _Tally()

    async def client() -> None:
        connection = Connection(url)
        asked = 0
        while not window.over():
            sent = time.perf_counter()
            reply = await _try(connection, request)
            now = time.perf_counter()
            tally.add(reply, now - sent, measured=window.holds(now))
            asked += 1
            window.note_answer(first=asked == 1)
            await _wait_as_told(reply)
        connection.close()

    await asyncio.gather(*(client() for _ in range(clients)))
    return _load(tally, seconds, window.processor_share())


class _Window:
    """The part of a closed loop that counts: `seconds` from when each of `clients` has had an answer."""

    def __init__(self, clients: int, seconds: float) -> None:
        self._cold = clients
        self._seconds = seconds
        self._give_up = time.perf_counter() + WARM_UP_LIMIT_S
        self._opens = float("inf")
        self._processor = 0.0

    def note_answer(self, first: bool) -> None:
        self._cold -= first
        now = time.perf_counter()
        if self._opens == float("inf") and (self._cold == 0 or now > self._give_up):
            self._opens, self._processor = now, time.process_time()

    def holds(self, moment: float) -> bool:
        return self._opens <= moment <= self._opens + self._seconds

    def over(self) -> bool:
        return time.perf_counter() > self._opens + self._seconds

    def processor_share(self) -> float:
        return (time.process_time() - self._processor) / (time.perf_counter() - self._opens)


def open_loop(url: str, photo: bytes, rate: float, seconds: float, seed: int) -> Load:
    """Photos that come whether or not the last was answered: Poisson, `rate` a second.

    Each comes on a new connection. Latency counts from the moment at which it should have been sent.
    All answers are waited for.
    """
    arrivals = poisson_arrivals(rate, seconds, seed)
    return asyncio.run(_open_loop(url, upload_request(url, photo), arrivals))


async def _open_loop(url: str, request: bytes, arrivals: list[float]) -> Load:
    tally = _Tally()
    began, processor = time.perf_counter(), time.process_time()

    async def arrive(at: float) -> None:
        due = began + at
        await asyncio.sleep(due - time.perf_counter())
        connection = Connection(url)
        reply = await _try(connection, request)
        tally.add(reply, time.perf_counter() - due)
        connection.close()

    await asyncio.gather(*(arrive(at) for at in arrivals))
    seconds = time.perf_counter() - began
    return _load(tally, seconds, (time.process_time() - processor) / seconds)


async def _try(connection: Connection, request: bytes) -> Reply | str:
    try:
        return await asyncio.wait_for(connection.exchange(request), ANSWER_LIMIT_S)
    except TimeoutError:
        return f"no answer in {ANSWER_LIMIT_S:g} s"
    except OSError as error:
        return type(error).__name__


async def _wait_as_told(reply: Reply | str) -> None:
    if isinstance(reply, str):
        await asyncio.sleep(0.1)  # a server that is gone must not be asked in a tight loop
    elif reply.retry_after:
        await asyncio.sleep(reply.retry_after)


def _load(tally: _Tally, seconds: float, processor_share: float) -> Load:
    return Load(seconds, tally.latencies, tally.refusals, dict(tally.errors), processor_share, tally.answered)
