"""Memory for bodies, on their way in and in hand."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.exceptions import HTTPException
from starlette.types import Message, Receive

from paishi.problems.kinds import Overloaded, Problem, RequestTimeout

GRACE_S = 2.0
"""How long a sender may be behind before its room can go to others."""

_RETRY_AFTER_S = 2


class BodyAborted(HTTPException):
    """Raised to whoever reads a body, with the `problem` to answer.

    An HTTPException, because FastAPI turns everything else that reading a form raises into its own 400.
    """

    def __init__(self, problem: Problem, headers: dict[str, str] | None = None) -> None:
        super().__init__(problem.status, problem.detail, headers)
        self.problem = problem


class BodyReservation:
    """One body's room of `taken` bytes. `announced` is None where nobody knows how much will come."""

    def __init__(self, announced: int | None, body_s: float) -> None:
        self.announced = announced
        self.taken = 0
        self.received = 0
        self.whole = False
        self._body_s = body_s
        self._began = time.monotonic()
        self._ended = False
        self._limit: asyncio.Timeout | None = None

    @property
    def hopeless(self) -> bool:
        """Whether its sender would come too late if it went on as it did so far."""
        passed = time.monotonic() - self._began
        if self.whole or self.announced is None or passed < GRACE_S:
            return False
        return self.received * self._body_s < self.announced * passed

    def end(self) -> None:
        """Ends whoever waits for more of this body, or will."""
        self._ended = True
        if self._limit:
            self._limit.reschedule(asyncio.get_running_loop().time())

    async def next(self, receive: Receive) -> Message:
        """The next of the body. Raises BodyAborted where it comes too late."""
        left = 0.0 if self._ended else self._began + self._body_s - time.monotonic()
        try:
            async with asyncio.timeout(left) as self._limit:
                message = await receive()
        except TimeoutError:
            late = RequestTimeout(
                f"The photo did not arrive within {self._body_s:g} s, or too slowly for that while others "
                "waited. Send it smaller, or again where the network is better."
            )
            raise BodyAborted(late, {"Connection": "close"}) from None
        finally:
            self._limit = None
        if message["type"] == "http.request":
            self.received += len(message.get("body", b""))
            self.whole = not message.get("more_body", False)
        return message


class BodyMemory:
    """Bounds the bytes of all requests in hand to `most`: as announced, or as they come.

    Where room is short, it is taken back from senders who are too slow to be in time. Else a handful of
    connections that announce much and send nothing would shut out everybody. A body that is alone always
    fits. `held` bytes, and how many were `refused` or `ended` for others, are for whoever watches the server.
    """

    def __init__(self, most: int, body_s: float) -> None:
        self.most = most
        self.body_s = body_s
        self.held = 0
        self.refused = 0
        self.ended = 0
        self._rooms: dict[BodyReservation, None] = {}

    @contextmanager
    def room(self, announced: int | None) -> Iterator[BodyReservation]:
        """Holds room for one body. Raises Overloaded where there is none."""
        room = BodyReservation(announced, self.body_s)
        self._take(room, announced or 0)
        self._rooms[room] = None
        try:
            yield room
        finally:
            self._give_back(room)

    def grow(self, room: BodyReservation) -> None:
        """Takes room for what came unannounced. Raises BodyAborted where there is none."""
        if room.received > room.taken:
            try:
                self._take(room, room.received - room.taken)
            except Overloaded as full:
                raise BodyAborted(full) from None

    def _take(self, room: BodyReservation, more: int) -> None:
        others = self.held - room.taken
        if others and self.held + more > self.most:
            self._end_the_hopeless(self.held + more - self.most)
        others = self.held - room.taken
        if others and self.held + more > self.most:
            self.refused += 1
            raise Overloaded(
                f"Too many photos are on their way already. Send yours again in {_RETRY_AFTER_S} s.",
                retry_after=_RETRY_AFTER_S,
            )
        room.taken += more
        self.held += more

    def _end_the_hopeless(self, short: int) -> None:
        hopeless = [room for room in self._rooms if room.hopeless]
        if sum(room.taken for room in hopeless) < short:
            return
        for room in hopeless:
            if short > 0:
                short -= room.taken
                self.ended += 1
                self._give_back(room)
                room.end()

    def _give_back(self, room: BodyReservation) -> None:
        if room in self._rooms:
            del self._rooms[room]
            self.held -= room.taken
            room.taken = 0
