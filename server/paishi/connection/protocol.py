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
from typing import Any, cast

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from paishi.admission.connections import Connections
from paishi.connection.load_shedding import LoadShedding, Shed, raw_problem
from paishi.middleware.response_headers import REQUEST_ID
from paishi.problems.kinds import Problem, RequestInvalid, RequestTimeout

log = logging.getLogger(__name__)

LINGER_S = 2.0
"""How long a client that still sends has to read its response."""

_AFTER_BODY_S = 5.0
"""Added to the time for a body, so that the application can respond before the connection ends."""


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
        count_problem: Callable[[str], None],
        **of_uvicorn: Any,
    ) -> None:
        super().__init__(**of_uvicorn)
        self.limits = limits
        self.all_connections = connections
        self.load_shedding = load_shedding
        self.count_problem = count_problem
        self._awaited: tuple[object, object] | None = None
        self._read_timer: asyncio.TimerHandle | None = None
        self._write_timer: asyncio.TimerHandle | None = None
        self._unread = 0
        self._to_discard: int | None = None
        """Bytes of a shed request's body that are still to come."""
        self._closes_after_body = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._lingering = LingeringTransport(transport, self._is_mid_request, self.limits.body_s)
        super().connection_made(cast(asyncio.Transport, self._lingering))
        self.all_connections.add(self)
        self._update_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        for timer in (self._read_timer, self._write_timer):
            if timer:
                timer.cancel()
        self._lingering.connection_lost()
        self.all_connections.remove(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        is_lingering = self._lingering.is_lingering
        if is_lingering or self._has_responded_early():
            self._unread += len(data)
            if self._unread > self.limits.unread:
                return self.abort()
        if is_lingering:
            return
        if self._to_discard is not None:
            return self._discard(data)
        if self._is_between_requests() and (shed := self.load_shedding(data)):
            return self._send_shed(shed)
        super().data_received(data)
        self._update_timer()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._update_timer()

    def pause_writing(self) -> None:
        """A client that does not read its response has as long as one that sends a body."""
        super().pause_writing()
        self._write_timer = self.loop.call_later(self.limits.body_s, self.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._write_timer:
            self._write_timer.cancel()

    def send_400_response(self, msg: str) -> None:
        problem = RequestInvalid("This is no valid HTTP request, or its header is too long.")
        problem.status = 400
        self._close_with(problem)

    def abort(self) -> None:
        """See `Connection`."""
        self.transport.abort()

    def _send_shed(self, shed: Shed) -> None:
        """Responds, and discards the body, for which the client has the usual time."""
        if self.flow.write_paused:  # the client sends requests and does not read the responses
            return self.abort()
        self._unset_keepalive_if_required()
        self.all_connections.set_busy(self)
        self._set_read_timer(self.limits.body_s, self.abort)
        self.transport.write(shed.response)
        self._to_discard, self._closes_after_body = shed.body, shed.close
        self._discard(shed.received)

    def _discard(self, data: bytes) -> None:
        assert self._to_discard is not None
        discarded = min(len(data), self._to_discard)
        self._to_discard -= discarded
        if self._to_discard:
            return
        self._to_discard = None
        if self._closes_after_body:
            return self.transport.close()
        self.all_connections.set_idle(self)
        self._set_read_timer(self.limits.header_s, self._end_header)
        if len(data) > discarded:
            # Not at once: one read may contain thousands of requests, and other connections wait.
            self.flow.pause_reading()
            self.loop.call_soon(self._go_on, data[discarded:])

    def _go_on(self, data: bytes) -> None:
        if not self.transport.is_closing():
            self.flow.resume_reading()
            self.data_received(data)

    def _update_timer(self) -> None:
        """Sets the timer for what the connection waits for: a header, a body, or nothing."""
        awaited = (self.conn.their_state, self.cycle)
        if awaited == self._awaited:
            return
        self._awaited = awaited
        if self._read_timer:
            self._read_timer.cancel()
        if self.conn.their_state is h11.IDLE:
            self.all_connections.set_idle(self)
            return self._set_read_timer(self.limits.header_s, self._end_header)
        self.all_connections.set_busy(self)
        if self.conn.their_state is h11.SEND_BODY:
            self._unread = 0
            self._set_read_timer(self.limits.body_s + _AFTER_BODY_S, self.abort)

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


class LingeringTransport:
    """An `asyncio.Transport` whose `close` lets the client read its response.

    A socket that is closed while data arrives is reset, and the client may lose a response that it has not
    read. So if the client `is_mid_request`, only the write side is closed at first. A client that does not
    read what was written is cut off after `write_s` seconds.
    """

    def __init__(
        self, transport: asyncio.Transport, is_mid_request: Callable[[], bool], write_s: float
    ) -> None:
        self._transport = transport
        self._is_mid_request = is_mid_request
        self._write_s = write_s
        self._abort_timer: asyncio.TimerHandle | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    @property
    def is_lingering(self) -> bool:
        return self._abort_timer is not None

    def is_closing(self) -> bool:
        return self.is_lingering or self._transport.is_closing()

    def close(self) -> None:
        if self.is_closing():
            return
        if self._is_mid_request() and self._transport.can_write_eof():
            self._transport.resume_reading()
            self._transport.write_eof()
            seconds = LINGER_S
        else:
            self._transport.close()
            seconds = self._write_s
        self._abort_timer = asyncio.get_running_loop().call_later(seconds, self._transport.abort)

    def write(self, data: bytes) -> None:
        if not self.is_lingering:
            self._transport.write(data)

    def connection_lost(self) -> None:
        if self._abort_timer:
            self._abort_timer.cancel()
        # Breaks a reference cycle; the cyclic GC would pause the event loop.
        self._is_mid_request = lambda: False
