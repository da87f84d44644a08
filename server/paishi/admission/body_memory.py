"""Memory of request bodies, from their header to the response, and of responses until they are read."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from starlette.types import Message, Receive

from paishi.problems.kinds import Overloaded, Problem, RequestTimeout

GRACE_S = 2.0
"""Time before a sender or a reader may lose its memory to others."""

LOOK_AHEAD = 262_144
"""Bytes held beyond those that have arrived: as many may arrive at once."""

SMALL = 1_000_000
"""Largest body in bytes that may use all of the memory; larger ones leave a quarter to small ones."""

EARNED_SHARE = 0.5
"""Part of an announced body that must have arrived before all of its memory is held."""

_SHARE_OF_LARGE = 0.75
_SHARE_OF_CLIENT = 0.25
_RETRY_AFTER_S = 2


class BodyAborted(Exception):
    """Raised to the reader of a body, with the `problem` to respond with and further `headers`."""

    def __init__(self, problem: Problem, headers: dict[str, str] | None = None) -> None:
        super().__init__(problem.detail)
        self.problem = problem
        self.headers = headers or {}


def has_earned_all(received: int, announced: int) -> bool:
    """Whether a reader may take the memory of the whole body, in one piece, instead of letting it grow."""
    return received >= EARNED_SHARE * announced


class BodyReservation:
    """Memory of `size` bytes for a body of `client`. `announced` is its length in bytes, None if unknown."""

    def __init__(self, announced: int | None, client: str, body_s: float) -> None:
        self.announced = announced
        self.client = client
        self.size = 0
        self.received = 0
        self.complete = False
        self._body_s = body_s
        self.began = time.monotonic()
        self._revoked = False
        self._timeout: asyncio.Timeout | None = None

    @property
    def needed(self) -> int:
        """Bytes that it has to hold now."""
        if self.complete:
            return self.received
        expected = self.received + LOOK_AHEAD
        if self.announced is None:
            return expected
        whole = max(self.announced, self.received)
        return whole if has_earned_all(self.received, self.announced) else min(expected, whole)

    @property
    def is_small(self) -> bool:
        return max(self.announced or 0, self.received) <= SMALL

    @property
    def may_be_revoked(self) -> bool:
        return not self.complete and time.monotonic() - self.began >= GRACE_S

    @property
    def too_slow(self) -> bool:
        """Whether the body would be late at the pace so far."""
        if not self.may_be_revoked or self.announced is None:
            return False
        return _is_late(self.received, self.announced, time.monotonic() - self.began, self._body_s)

    @property
    def pace(self) -> float:
        """Bytes per second so far."""
        return self.received / max(time.monotonic() - self.began, 1e-3)

    def revoke(self) -> None:
        """Makes a waiting or later `next` raise BodyAborted."""
        self._revoked = True
        if self._timeout:
            self._timeout.reschedule(asyncio.get_running_loop().time())

    async def next(self, receive: Receive) -> Message:
        """The next part of the body. Raises BodyAborted if it is late."""
        left = 0.0 if self._revoked else self.began + self._body_s - time.monotonic()
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


class ResponseReservation:
    """Memory of `size` bytes for a response that its client has not read.

    `unsent` returns how many of them are left, `drop` ends the connection.
    """

    def __init__(self, size: int, body_s: float, unsent: Callable[[], int], drop: Callable[[], None]) -> None:
        self.size = size
        self.revoke = drop
        self._unsent = unsent
        self._unsent_at_first = unsent()
        self._body_s = body_s
        self._began = time.monotonic()

    @property
    def too_slow(self) -> bool:
        """Whether the rest would be late at the pace so far."""
        elapsed = time.monotonic() - self._began
        sent = self._unsent_at_first - self._unsent()
        return elapsed >= GRACE_S and _is_late(sent, self._unsent_at_first, elapsed, self._body_s)


def _is_late(done: int, total: int, elapsed_s: float, limit_s: float) -> bool:
    """Whether `total` bytes will take more than `limit_s` at the pace so far."""
    return done * limit_s < total * elapsed_s


Reservation = BodyReservation | ResponseReservation


class BodyMemory:
    """Bounds the bytes of all bodies to `limit`, as they arrive, and of unread responses. A single body
    always fits, and so does a single response, which exists already.

    What a client only announces takes next to nothing, so that nobody shuts out others by a promise; the
    memory of a whole body is held once half of it has arrived. Large bodies leave a quarter of the memory to
    small ones. If memory is short, senders and readers that are too slow to finish in time lose theirs, then
    the slowest of a client with more than a quarter, for clients with less. A body that cannot grow takes the
    place of younger ones, the slowest first, or ends.

    `held` in bytes and the numbers of `refused` and `ended` (revoked) ones are for metrics.
    """

    def __init__(self, limit: int, body_s: float) -> None:
        self.limit = limit
        self.body_s = body_s
        self.held = 0
        self.refused = 0
        self.ended = 0
        self._reservations: dict[Reservation, None] = {}  # ordered by age

    @contextmanager
    def reserve(self, announced: int | None, client: str) -> Iterator[BodyReservation]:
        """Holds memory for one body. Raises Overloaded if it is short."""
        reservation = BodyReservation(announced, client, self.body_s)
        self._hold(reservation)
        self._reservations[reservation] = None
        try:
            yield reservation
        finally:
            self.release(reservation)

    def hold_response(
        self, size: int, unsent: Callable[[], int], drop: Callable[[], None]
    ) -> ResponseReservation:
        """Holds memory that is taken already, until `release`.

        If it is short, or if responses have more than half of it, others are dropped: first those that are
        read too slowly, then the oldest.
        """
        others = [other for other in self._reservations if isinstance(other, ResponseReservation)]
        responses = size + sum(other.size for other in others)
        excess = max(responses - self.limit // 2, self.held + size - self.limit)
        if excess > 0:
            others.sort(key=lambda other: not other.too_slow)
        for other in others:
            if excess > 0:
                excess -= other.size
                self._revoke(other)
        response = ResponseReservation(size, self.body_s, unsent, drop)
        self._reservations[response] = None
        self.held += size
        return response

    def release(self, reservation: Reservation) -> None:
        """No effect the second time."""
        if reservation in self._reservations:
            del self._reservations[reservation]
            self.held -= reservation.size
            reservation.size = 0

    def grow(self, reservation: BodyReservation) -> None:
        """Holds memory for what has arrived. Raises BodyAborted if it is short."""
        if reservation not in self._reservations:  # it was revoked
            return
        try:
            self._hold(reservation)
        except Overloaded as full:
            raise BodyAborted(full) from None

    def _short(self, reservation: BodyReservation) -> int:
        """Bytes that must be given back before `reservation` can hold what it needs."""
        more = reservation.needed - reservation.size
        if more <= 0 or self.held == reservation.size:
            return 0
        short = self.held + more - self.limit
        if reservation.is_small or self.held + more <= _SHARE_OF_LARGE * self.limit:
            return short
        large = sum(each.size for each in self._bodies() if not each.is_small and each is not reservation)
        if not large:
            return short
        return max(short, large + reservation.needed - int(_SHARE_OF_LARGE * self.limit))

    def _weaker(self, reservation: BodyReservation) -> Sequence[Reservation]:
        """Those whose memory `reservation` may take, in this order; a newcomer has none younger."""
        slow = [other for other in self._reservations if other.too_slow]
        by_client: Counter[str] = Counter()
        for other in self._bodies():
            by_client[other.client] += other.size
        most = max(_SHARE_OF_CLIENT * self.limit, by_client[reservation.client] + reservation.needed)
        large = self._large_ones()
        greedy = (other for other in large if by_client[other.client] > most)
        return [*slow, *greedy, *(other for other in large if other.began > reservation.began)]

    def _bodies(self) -> Iterator[BodyReservation]:
        return (each for each in self._reservations if isinstance(each, BodyReservation))

    def _large_ones(self) -> list[BodyReservation]:
        """Those that may be revoked, the slowest first."""
        large = (each for each in self._bodies() if each.may_be_revoked and not each.is_small)
        return sorted(large, key=lambda each: each.pace)

    def _take_back(self, candidates: Sequence[Reservation], short: int) -> None:
        """Revokes as many as needed, none if all are not enough."""
        distinct = list(dict.fromkeys(candidates))
        if sum(each.size for each in distinct) < short:
            return
        for each in distinct:
            if short > 0:
                short -= each.size
                self._revoke(each)

    def _hold(self, reservation: BodyReservation) -> None:
        """Holds what `reservation` needs now. Raises Overloaded if that is short."""
        if (short := self._short(reservation)) > 0:
            self._take_back(self._weaker(reservation), short)
        if self._short(reservation) > 0:
            self.refused += 1
            raise Overloaded(
                f"Too many photos are being uploaded. Try again in {_RETRY_AFTER_S} s.",
                retry_after=_RETRY_AFTER_S,
            )
        self.held += reservation.needed - reservation.size
        reservation.size = reservation.needed

    def _revoke(self, reservation: Reservation) -> None:
        self.ended += 1
        self.release(reservation)
        reservation.revoke()
