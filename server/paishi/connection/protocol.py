"""HTTP/1.1 for the open internet: every wait of a connection has an end.

uvicorn limits the time of neither a header nor a body, and an ASGI application never sees a header that does
not end. Another server would be one more dependency, with error responses in a form of its own. So this adds
timers to uvicorn's protocol, which its Config accepts as a class.

The attributes of H11Protocol used here are private: pyproject.toml caps the version of uvicorn, and a test
checks each of them.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from paishi.admission.body_memory import BodyMemory, ResponseReservation
from paishi.admission.connections import Connections
from paishi.connection.load_shedding import LoadShedding, Shed, raw_problem
from paishi.connection.parser import BoundedParser
from paishi.connection.turns import Turns
from paishi.middleware.response_headers import REQUEST_ID
from paishi.problems.kinds import Problem, RequestInvalid, RequestTimeout

log = logging.getLogger(__name__)

LINGER_S = 2.0
"""How long a client that has a response may pause while it still sends, before the connection ends."""

_AFTER_BODY_S = 5.0
"""Added to the time for a body, so that the application can respond before the connection ends."""

_FIRST_PROBE_S = 0.1
"""Pause between the first two bytes of a response that are sent to see whether its client still reads."""

_RESPONSE_BEGINS = b"HTTP/1.1 "

EVENTS_PER_TURN = 32
"""Chunks parsed in one turn of the event loop, which takes about half a millisecond."""


@dataclass(frozen=True, slots=True)
class Limits:
    """`header_s` counts from the connection's start or its last response, `body_s` from the header's end.

    At most `unread` bytes are read and discarded after a response that did not wait for the body.
    """

    header_s: float
    body_s: float
    unread: int


class BoundedHTTP(H11Protocol):
    """uvicorn's protocol with time limits, a bound on connections, load shedding and lingering close.

    `count_problem` gets the code of each problem that it responds with itself.
    """

    def __init__(
        self,
        limits: Limits,
        connections: Connections,
        load_shedding: LoadShedding,
        turns: Turns,
        memory: BodyMemory,
        count_problem: Callable[[str], None],
        **of_uvicorn: Any,
    ) -> None:
        super().__init__(**of_uvicorn)
        self.parser = self.conn = BoundedParser()
        self.limits = limits
        self.all_connections = connections
        self.load_shedding = load_shedding
        self.turns = turns
        self.memory = memory
        self._unread_response: ResponseReservation | None = None
        self._awaits_turn = False
        self.count_problem = count_problem
        self._awaited: tuple[object, object] | None = None
        self._read_timer: asyncio.TimerHandle | None = None
        self._write_timer: asyncio.TimerHandle | None = None
        self._probe_timer: asyncio.TimerHandle | None = None
        self._client_sends_no_more = False
        self._unread = 0
        self._to_discard: int | None = None
        """Bytes of a shed request's body that are still to come."""
        self._closes_after_body = False
        self._authenticated = False

    @property
    def authenticated(self) -> bool:
        """See `Connection`."""
        return self._authenticated or bool(self.scope and self.scope["state"].get("authenticated"))

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._lingering = LingeringTransport(transport, self._is_mid_request, self.limits.body_s)
        super().connection_made(cast(asyncio.Transport, self._lingering))
        self._update_timer()
        self.all_connections.add(self, self.client[0] if self.client else "")

    def connection_lost(self, exc: Exception | None) -> None:
        for timer in (self._read_timer, self._write_timer, self._probe_timer):
            if timer:
                timer.cancel()
        self._lingering.connection_lost()
        self._release_response()
        self.all_connections.remove(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        is_lingering = self._lingering.is_lingering
        if is_lingering or self._has_responded_early():
            self._unread += len(data)
            if self._unread > self.limits.unread:
                return self.abort()
        if is_lingering:
            return self._lingering.go_on_lingering()
        if self._to_discard is not None:
            return self._discard(data)
        if self._is_between_requests() and (shed := self.load_shedding(data)):
            return self._send_shed(shed)
        if self.cycle and not self.cycle.body:
            self.cycle.body = cast(bytearray, _Body())
        super().data_received(data)
        self._update_timer()

    def on_response_complete(self) -> None:
        self._authenticated = self.authenticated  # the next request may have no key
        super().on_response_complete()
        if self._client_sends_no_more and not self._has_request():
            self.transport.close()
        self._update_timer()

    def eof_received(self) -> bool:  # type: ignore[override]
        """Whether the connection stays open: a client may end its side after a request and read the response.

        One that has closed its socket looks the same until it gets a byte, to which its system answers with a
        reset. So it gets the first bytes of the response, one after the other: all responses begin alike.
        """
        if self.transport.is_closing() or not self._has_request():
            return False
        if not self._client_sends_no_more:
            self._client_sends_no_more = True
            self._probe(_FIRST_PROBE_S)
        return True

    def _probe(self, pause_s: float) -> None:
        is_due = self.conn.our_state is h11.SEND_RESPONSE and not self.transport.is_closing()
        if is_due and self._lingering.begin_response():
            self._probe_timer = self.loop.call_later(pause_s, self._probe, 2 * pause_s)

    def pause_writing(self) -> None:
        """A client that does not read its response has as long as one that sends a body."""
        super().pause_writing()
        self._update_state()
        self._write_timer = self.loop.call_later(self.limits.body_s, self.abort)
        self._unread_response = self.memory.hold_response(
            self._lingering.written, self.transport.get_write_buffer_size, self.abort
        )

    def resume_writing(self) -> None:
        super().resume_writing()
        self._update_state()
        if self._write_timer:
            self._write_timer.cancel()
        self._release_response()

    def handle_events(self) -> None:
        super().handle_events()
        if self.parser.has_more and not self._awaits_turn:
            self._awaits_turn = True
            self._lingering.hold_reading()
            self.turns.add(self._take_turn)

    def send_400_response(self, msg: str) -> None:
        invalid = RequestInvalid("This is no valid HTTP request. Use a client that sends HTTP/1.1.")
        invalid.status = 400
        self._close_with(self.parser.refusal or invalid)

    def _release_response(self) -> None:
        if self._unread_response:
            self.memory.release(self._unread_response)
            self._unread_response = None

    def abort(self) -> None:
        """See `Connection`."""
        self.transport.abort()

    def _send_shed(self, shed: Shed) -> None:
        """Responds, and discards the body, for which the client has the usual time."""
        if self.flow.write_paused:  # the client sends requests and does not read the responses
            return self.abort()
        self._unset_keepalive_if_required()
        self._set_read_timer(self.limits.body_s, self.abort)
        self.transport.write(shed.response)
        self._to_discard, self._closes_after_body = shed.body, shed.close
        self._discard(shed.received)

    def _discard(self, data: bytes) -> None:
        assert self._to_discard is not None
        discarded = min(len(data), self._to_discard)
        self._to_discard -= discarded
        if self._to_discard:
            return self._update_state()
        self._to_discard = None
        if self._closes_after_body:
            return self.transport.close()
        self._update_state()
        self._set_read_timer(self.limits.header_s, self._end_header)
        if len(data) > discarded:
            # Not at once: one read may contain thousands of requests, and other connections wait.
            self.flow.pause_reading()
            self.turns.add(partial(self._go_on, data[discarded:]))

    def _go_on(self, data: bytes) -> None:
        if not self.transport.is_closing():
            self.flow.resume_reading()
            self.data_received(data)

    def _take_turn(self) -> None:
        """Parses some chunks of a body; with more of them, other connections come first."""
        self._awaits_turn = False
        if self.transport.is_closing():
            return
        self.parser.allow_events(EVENTS_PER_TURN)
        self.handle_events()
        self.parser.allow_events(0)
        if not self._awaits_turn:
            self._lingering.release_reading()
        self._update_timer()

    def _update_timer(self) -> None:
        """Sets the timer for what the connection waits for: a header, a body, or nothing."""
        self._update_state()
        awaited = (self.conn.their_state, self.cycle)
        if awaited == self._awaited:
            return
        self._awaited = awaited
        if self._read_timer:
            self._read_timer.cancel()
        if self.conn.their_state is h11.IDLE:
            return self._set_read_timer(self.limits.header_s, self._end_header)
        if self.conn.their_state is h11.SEND_BODY:
            self._unread = 0
            self._set_read_timer(self.limits.body_s + _AFTER_BODY_S, self.abort)

    def _update_state(self) -> None:
        """Says what the connection waits for, which decides when it is closed for another one."""
        if self.transport.is_closing():
            self.all_connections.set_idle(self)
        elif self.flow.write_paused or self._to_discard is not None or self.conn.their_state is h11.SEND_BODY:
            self.all_connections.set_waiting(self)
        elif self.conn.their_state is h11.IDLE:
            self.all_connections.set_idle(self)
        else:
            self.all_connections.set_busy(self)

    def _set_read_timer(self, seconds: float, then: Callable[[], None]) -> None:
        if self._read_timer:
            self._read_timer.cancel()
        self._read_timer = self.loop.call_later(seconds, then)

    def _end_header(self) -> None:
        if self._has_partial_header():
            self._close_with(RequestTimeout("The request's header did not arrive in time. Try again."))
        else:
            self.timeout_keep_alive_handler()

    def _close_with(self, problem: Problem) -> None:
        """Responds instead of the application, which may be waiting for the rest of a body."""
        if self.cycle and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            response = raw_problem(problem)
            self.count_problem(problem.code)
            # The request's own line in the log is missing: the application has not seen it.
            log.info("refused", extra={"request_id": response.headers[REQUEST_ID], "problem": problem.code})
            headers = [*self.server_state.default_headers, *response.raw_headers, (b"connection", b"close")]
            for event in (
                h11.Response(status_code=problem.status, headers=headers, reason=problem.title.encode()),
                h11.Data(data=bytes(response.body)),
                h11.EndOfMessage(),
            ):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()
        self._update_state()

    def _has_request(self) -> bool:
        """Whether a response to a whole request, or to one whose chunks are all there, is still to come."""
        arrived = self._awaits_turn or self.conn.their_state in (h11.DONE, h11.MUST_CLOSE)
        return arrived and self.cycle is not None and not self.cycle.response_complete

    def _is_between_requests(self) -> bool:
        """Whether the next byte is the first of a request."""
        responded = self.cycle is None or self.cycle.response_complete
        return self.conn.their_state is h11.IDLE and responded and not self._has_partial_header()

    def _has_partial_header(self) -> bool:
        return self.conn.their_state is h11.IDLE and bool(self.conn.trailing_data[0])

    def _has_responded_early(self) -> bool:
        return self.conn.our_state is h11.DONE and self.conn.their_state is h11.SEND_BODY

    def _is_mid_request(self) -> bool:
        is_body = self._to_discard is not None or self.conn.their_state in (h11.SEND_BODY, h11.ERROR)
        return is_body or self._has_partial_header()


class _Body:
    """Parts of a body until the application takes them; uvicorn's own bytearray would be copied twice."""

    __slots__ = ("_parts", "_size")

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0

    def __iadd__(self, data: bytes) -> "_Body":
        self._parts.append(data)
        self._size += len(data)
        return self

    def __len__(self) -> int:
        return self._size

    def __bytes__(self) -> bytes:
        return bytes(self._parts[0]) if len(self._parts) == 1 else b"".join(self._parts)


class LingeringTransport:
    """An `asyncio.Transport` whose `close` lets the client read its response.

    A socket that is closed while data arrives is reset, and the client may lose a response that it has not
    read. So if the client `is_mid_request`, only the write side is closed at first, until it pauses. A client
    that sends on, or does not read what was written, is cut off after `limit_s` seconds.
    """

    def __init__(
        self, transport: asyncio.Transport, is_mid_request: Callable[[], bool], limit_s: float
    ) -> None:
        self._transport = transport
        self._is_mid_request = is_mid_request
        self._limit_s = limit_s
        self._end_s = 0.0
        self._abort_timer: asyncio.TimerHandle | None = None
        self._is_held = False
        self._reads_when_released = False
        self._begun = 0
        self.written = 0
        """Bytes since the client had read everything; uvloop keeps them all until the last is sent."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    @property
    def is_lingering(self) -> bool:
        return self._abort_timer is not None

    def is_closing(self) -> bool:
        return self.is_lingering or self._transport.is_closing()

    def pause_reading(self) -> None:
        self._reads_when_released = False
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        self._reads_when_released = True
        if not self._is_held:
            self._transport.resume_reading()

    def hold_reading(self) -> None:
        """Reads nothing until `release_reading`, whoever else pauses or resumes."""
        if not self._is_held:
            self._is_held, self._reads_when_released = True, self._transport.is_reading()
            self._transport.pause_reading()

    def release_reading(self) -> None:
        self._is_held = False
        if self._reads_when_released:
            self._transport.resume_reading()

    def close(self) -> None:
        if self.is_closing():
            return
        if self._is_mid_request() and self._transport.can_write_eof():
            self._transport.resume_reading()
            self._transport.write_eof()
            seconds = LINGER_S
        else:
            self._transport.close()
            seconds = self._limit_s
        loop = asyncio.get_running_loop()
        self._end_s = loop.time() + self._limit_s
        self._abort_timer = loop.call_later(seconds, self._transport.abort)

    def go_on_lingering(self) -> None:
        """Waits again, because the client has sent something."""
        loop = asyncio.get_running_loop()
        if self._abort_timer:
            self._abort_timer.cancel()
        self._abort_timer = loop.call_at(min(loop.time() + LINGER_S, self._end_s), self._transport.abort)

    def write(self, data: bytes) -> None:
        if self.is_lingering or not data:
            return
        data, self._begun = data[self._begun :], 0
        self.written = len(data) + (self.written if self._transport.get_write_buffer_size() else 0)
        self._transport.write(data)

    def begin_response(self) -> bool:
        """Writes the next byte of a response's beginning, which `write` then leaves out; False at its end."""
        byte = _RESPONSE_BEGINS[self._begun : self._begun + 1]
        self._transport.write(byte)
        self._begun += len(byte)
        return bool(byte)

    def connection_lost(self) -> None:
        if self._abort_timer:
            self._abort_timer.cancel()
        # Breaks a reference cycle; the cyclic GC would pause the event loop.
        self._is_mid_request = lambda: False
