"""HTTP/1.1 for clients that nobody knows: every wait of a connection has an end.

uvicorn limits neither the time of a header nor that of a body, and an ASGI application never sees a header
that does not end. Another server would be one more dependency, and would answer what it ends itself in a form
of its own. What is missing is a few timers around uvicorn's protocol, which its Config takes as a class.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, cast

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from paishi.admission.connections import Connections
from paishi.connection.lingering import LingeringTransport
from paishi.connection.load_shedding import LoadShedding, Refusal
from paishi.connection.raw_response import problem_below
from paishi.middleware.request_id import HEADER
from paishi.problems.kinds import Problem, RequestInvalid, RequestTimeout

log = logging.getLogger(__name__)

_AFTER_BODY_S = 5.0
"""Over the time for a body, so that the application can answer before the connection ends."""


@dataclass(frozen=True, slots=True)
class Limits:
    """`header_s` counts from the connection's begin or its last answer, `body_s` from the header's end.

    `unread` bytes at most are read and dropped after an answer that did not wait for the body.
    """

    header_s: float
    body_s: float
    unread: int


class Count(Protocol):
    def __call__(self, code: str, /) -> None: ...


def bounded_http(
    limits: Limits, connections: Connections, turning_away: LoadShedding, count: Count
) -> type[asyncio.Protocol]:
    """uvicorn's protocol for one server; `count` is told the code of each problem that is answered here."""
    own = {
        "limits": limits,
        "all_connections": connections,
        "turning_away": turning_away,
        "count": staticmethod(count),
    }
    return type("BoundedHTTP", (_BoundedHTTP,), own)


class _BoundedHTTP(H11Protocol):
    limits: ClassVar[Limits]
    all_connections: ClassVar[Connections]
    turning_away: ClassVar[LoadShedding]
    count: ClassVar[Count]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._awaited: tuple[object, object] | None = None
        self._late: asyncio.TimerHandle | None = None
        self._stalled: asyncio.TimerHandle | None = None
        self._unread = 0
        self._to_drop: int | None = None
        self._ends_after = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._lingering = LingeringTransport(transport, self._is_mid_request, self.limits.body_s)
        super().connection_made(cast(asyncio.Transport, self._lingering))
        self.all_connections.add(self)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        for timer in (self._late, self._stalled):
            if timer:
                timer.cancel()
        self._lingering.lost()
        self.all_connections.remove(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._lingering.is_lingering or self._is_answered_early():
            self._unread += len(data)
            if self._unread > self.limits.unread:
                return self.end_now()
        if self._lingering.is_lingering:
            return
        if self._to_drop is not None:
            return self._drop(data)
        if self._may_begin() and (refusal := self.turning_away(data)):
            return self._turn_away(refusal)
        super().data_received(data)
        self._watch()

    def _may_begin(self) -> bool:
        """Whether what comes now is the first of a request."""
        answered = self.cycle is None or self.cycle.response_complete
        return self.conn.their_state is h11.IDLE and answered and not self._has_part_of_a_header()

    def _turn_away(self, refusal: Refusal) -> None:
        """The client gets as long as for any body to send what nobody reads."""
        if self.flow.write_paused:  # it asks and asks, and does not take its answers
            return self.end_now()
        self._unset_keepalive_if_required()
        self.all_connections.has_request(self)
        self._wait(self.limits.body_s, self.end_now)
        self.transport.write(refusal.answer)
        self._to_drop, self._ends_after = refusal.body, refusal.is_last
        self._drop(refusal.received)

    def _drop(self, data: bytes) -> None:
        assert self._to_drop is not None
        dropped = min(len(data), self._to_drop)
        self._to_drop -= dropped
        if self._to_drop:
            return
        self._to_drop = None
        if self._ends_after:
            return self.transport.close()
        self.all_connections.has_no_request(self)
        self._wait(self.limits.header_s, self._end_late_header)
        if len(data) > dropped:
            # Not at once: thousands of requests may lie in what came with one read, and others wait.
            self.flow.pause_reading()
            self.loop.call_soon(self._go_on, data[dropped:])

    def _go_on(self, data: bytes) -> None:
        if not self.transport.is_closing():
            self.flow.resume_reading()
            self.data_received(data)

    def _wait(self, seconds: float, then: Callable[[], None]) -> None:
        if self._late:
            self._late.cancel()
        self._late = self.loop.call_later(seconds, then)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._watch()

    def pause_writing(self) -> None:
        """A client that does not take its answer: it gets as long as one that sends a body."""
        super().pause_writing()
        self._stalled = self.loop.call_later(self.limits.body_s, self.end_now)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._stalled:
            self._stalled.cancel()

    def send_400_response(self, msg: str) -> None:
        problem = RequestInvalid("This is not HTTP as it should be, or its header is too long.")
        problem.status = 400
        self._end_with(problem)

    def end_now(self) -> None:
        self.transport.abort()

    def _watch(self) -> None:
        """Sets the timer for what is awaited now: a header, a body, or nothing."""
        awaited = (self.conn.their_state, self.cycle)
        if awaited == self._awaited:
            return
        self._awaited = awaited
        if self._late:
            self._late.cancel()
        if self.conn.their_state is h11.IDLE:
            self.all_connections.has_no_request(self)
            return self._wait(self.limits.header_s, self._end_late_header)
        self.all_connections.has_request(self)
        if self.conn.their_state is h11.SEND_BODY:
            self._unread = 0
            self._wait(self.limits.body_s + _AFTER_BODY_S, self.end_now)

    def _end_late_header(self) -> None:
        if self._has_part_of_a_header():
            self._end_with(RequestTimeout("The request's header did not arrive in time. Send it again."))
        else:
            self.timeout_keep_alive_handler()

    def _end_with(self, problem: Problem) -> None:
        """Answers for the application, which may be waiting for the rest of a body."""
        if self.cycle and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            answer = problem_below(problem)
            self.count(problem.code)
            # No request was seen, so there is no line of one.
            log.info("refused", extra={"request_id": answer.headers[HEADER], "problem": problem.code})
            headers = [*self.server_state.default_headers, *answer.raw_headers, (b"connection", b"close")]
            for event in (
                h11.Response(status_code=problem.status, headers=headers, reason=problem.title.encode()),
                h11.Data(data=bytes(answer.body)),
                h11.EndOfMessage(),
            ):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _has_part_of_a_header(self) -> bool:
        return self.conn.their_state is h11.IDLE and bool(self.conn.trailing_data[0])

    def _is_answered_early(self) -> bool:
        return self.conn.our_state is h11.DONE and self.conn.their_state is h11.SEND_BODY

    def _is_mid_request(self) -> bool:
        is_body = self._to_drop is not None or self.conn.their_state in (h11.SEND_BODY, h11.ERROR)
        return is_body or self._has_part_of_a_header()
