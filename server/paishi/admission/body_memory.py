"""Memory of request bodies, from their announcement to the response."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.exceptions import HTTPException
from starlette.types import Message, Receive

from paishi.problems.kinds import Overloaded, Problem, RequestTimeout

GRACE_S = 2.0
"""Time before a slow sender may lose its memory to others."""

_RETRY_AFTER_S = 2


class BodyAborted(HTTPException):
    """Raised to the reader of a body, with the `problem` to respond with.

    An HTTPException, because FastAPI turns any other exception during the parsing of a form into its own 400.
    """

    def __init__(self, problem: Problem, headers: dict[str, str] | None = None) -> None:
        super().__init__(problem.status, problem.detail, headers)
        self.problem = problem


class BodyReservation:
    """Memory of `size` bytes for one body. `announced` is its length in bytes, None if unknown."""

    def __init__(self, announced: int | None, body_s: float) -> None:
        self.announced = announced
        self.size = 0
        self.received = 0
        self.complete = False
        self._body_s = body_s
        self._began = time.monotonic()
        self._revoked = False
        self._timeout: asyncio.Timeout | None = None

    @property
    def too_slow(self) -> bool:
        """Whether the body would be late at the pace so far."""
        elapsed = time.monotonic() - self._began
        if self.complete or self.announced is None or elapsed < GRACE_S:
            return False
        return self.received * self._body_s < self.announced * elapsed

    def revoke(self) -> None:
        """Makes a waiting or later `next` raise BodyAborted."""
        self._revoked = True
        if self._timeout:
            self._timeout.reschedule(asyncio.get_running_loop().time())

    async def next(self, receive: Receive) -> Message:
        """The next part of the body. Raises BodyAborted if it is late."""
        left = 0.0 if self._revoked else self._began + self._body_s - time.monotonic()
        try:
            async with asyncio.timeout(left) as self._timeout:
                message = await receive()
        except TimeoutError:
            late = RequestTimeout(
                f"The photo did not arrive within {self._body_s:g} s, or too slowly while others were "
                "waiting. Send a smaller one, or try again on a better network."
            )
            raise BodyAborted(late, {"Connection": "close"}) from None
        finally:
            self._timeout = None
        if message["type"] == "http.request":
            self.received += len(message.get("body", b""))
            self.complete = not message.get("more_body", False)
        return message


class BodyMemory:
    """Bounds the bytes of all bodies to `limit`: as announced, or as they arrive.

    If memory is short, it is taken from senders that are too slow to finish in time. Otherwise, a handful of
    connections that announce much and send nothing would shut out all others. A single body always fits.
    `held` in bytes and the numbers of `refused` and `ended` (revoked) bodies are for metrics.
    """

    def __init__(self, limit: int, body_s: float) -> None:
        self.limit = limit
        self.body_s = body_s
        self.held = 0
        self.refused = 0
        self.ended = 0
        self._reservations: dict[BodyReservation, None] = {}  # ordered by age

    @contextmanager
    def reserve(self, announced: int | None) -> Iterator[BodyReservation]:
        """Holds memory for one body. Raises Overloaded if it is short."""
        reservation = BodyReservation(announced, self.body_s)
        self._take(reservation, announced or 0)
        self._reservations[reservation] = None
        try:
            yield reservation
        finally:
            self._release(reservation)

    def grow(self, reservation: BodyReservation) -> None:
        """Takes memory for unannounced bytes. Raises BodyAborted if it is short."""
        if reservation.received > reservation.size:
            try:
                self._take(reservation, reservation.received - reservation.size)
            except Overloaded as full:
                raise BodyAborted(full) from None

    def _take(self, reservation: BodyReservation, more: int) -> None:
        if self._is_short(reservation, more):
            self._revoke_too_slow(self.held + more - self.limit)
        if self._is_short(reservation, more):
            self.refused += 1
            raise Overloaded(
                f"Too many photos are being uploaded. Try again in {_RETRY_AFTER_S} s.",
                retry_after=_RETRY_AFTER_S,
            )
        reservation.size += more
        self.held += more

    def _is_short(self, reservation: BodyReservation, more: int) -> bool:
        others = self.held - reservation.size
        return bool(others) and self.held + more > self.limit

    def _revoke_too_slow(self, needed: int) -> None:
        slow = [reservation for reservation in self._reservations if reservation.too_slow]
        if sum(reservation.size for reservation in slow) < needed:
            return
        for reservation in slow:
            if needed > 0:
                needed -= reservation.size
                self.ended += 1
                self._release(reservation)
                reservation.revoke()

    def _release(self, reservation: BodyReservation) -> None:
        if reservation in self._reservations:
            del self._reservations[reservation]
            self.held -= reservation.size
            reservation.size = 0
