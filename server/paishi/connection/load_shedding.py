"""Load shedding: 503 from the first bytes of a request, and other problem responses below ASGI."""

import asyncio
import logging
import re
from collections.abc import Callable
from typing import NamedTuple

import h11
from fastapi import Request

from paishi.admission.admission import Admissions
from paishi.lifecycle.phase import Lifecycle
from paishi.middleware.response_headers import REQUEST_ID, SECURITY_HEADERS, request_id_of
from paishi.problems.kinds import Overloaded, Problem
from paishi.problems.response import ProblemResponse, problem_response

log = logging.getLogger(__name__)

_REQUEST_LINE = re.compile(rb"([A-Z]+) ([^ ?]+)[^ ]* HTTP/1\.1\r\n")
_ODD_FRAMING = re.compile(rb"[^\r]\n|\n[ \t]|\ncontent-length.*\ncontent-length", re.IGNORECASE | re.DOTALL)
_CHANGES_RESPONSE = {b"expect", b"origin", b"transfer-encoding", b"upgrade"}

_LOG_EVERY_S = 1.0


class Shed(NamedTuple):
    """A refused request: its whole `response`, the length of its `body` in bytes, what was `received` after
    its header, and whether the client wants the connection to `close`."""

    response: bytes
    body: int
    received: bytes
    close: bool


class LoadShedding:
    """Refuses a request whose route is full before it costs a task, the ASGI stack and a line in the log.

    This takes 0.2 ms of processor time instead of 0.7 ms (measured on one core), which leaves the event loop
    to the photos that were accepted. `count` gets the method and path of each request, the log their number
    once a second. A request goes the usual way if the server shuts down, if the body exceeds `max_body`
    bytes, or if its header changes the form of the response.
    """

    def __init__(
        self,
        admissions: Admissions,
        lifecycle: Lifecycle,
        max_body: int,
        count: Callable[[str, str], None],
    ) -> None:
        self._admissions = admissions
        self._lifecycle = lifecycle
        self._max_body = max_body
        self._count = count
        self._unlogged = 0

    def __call__(self, data: bytes) -> Shed | None:
        """Returns None if the request that `data` begins with goes the usual way."""
        line = _REQUEST_LINE.match(data)
        if not line or self._lifecycle.phase != "serving":
            return None
        method, path = line[1].decode(), line[2].decode("latin-1")
        admission = self._admissions.get((method, path))
        reason = admission and admission.full
        if not admission or not reason:
            return None
        header = _parse_header(data)
        if header is None or header.length > self._max_body:
            return None
        self._count(method, path)
        self._log_later()
        response = raw_problem(admission.refuse(reason), header.request_id)
        fields = b"".join(b"%s: %s\r\n" % field for field in response.raw_headers)
        answer = b"HTTP/1.1 503 Service Unavailable\r\n%s\r\n%s" % (fields, response.body)
        return Shed(answer, header.length, header.received, header.close)

    def _log_later(self) -> None:
        self._unlogged += 1
        if self._unlogged == 1:
            asyncio.get_running_loop().call_later(_LOG_EVERY_S, self._log)

    def _log(self) -> None:
        log.warning("requests shed", extra={"requests": self._unlogged, "problem": Overloaded.code})
        self._unlogged = 0


class _Header(NamedTuple):
    length: int
    request_id: str
    close: bool
    received: bytes


def _parse_header(data: bytes) -> _Header | None:
    """Parses with h11, as the connection itself does: both must agree on where a body ends.

    Returns None if h11 rejects the header or has not all of it, if it changes the form of the response, and
    for framing that servers disagree on.
    """
    parser = h11.Connection(h11.SERVER)
    parser.receive_data(data)
    try:
        request = parser.next_event()
    except h11.RemoteProtocolError:
        return None
    if not isinstance(request, h11.Request):
        return None
    received, _ = parser.trailing_data
    fields = dict(request.headers)
    if fields.keys() & _CHANGES_RESPONSE or _ODD_FRAMING.search(data, 0, len(data) - len(received)):
        return None
    return _Header(
        length=int(fields.get(b"content-length", 0)),
        request_id=fields.get(REQUEST_ID.lower().encode(), b"").decode("latin-1"),
        close=b"close" in fields.get(b"connection", b"").lower(),
        received=received,
    )


def raw_problem(problem: Problem, given_id: str = "") -> ProblemResponse:
    """A problem with the headers of every response; `given_id` is the client's id for its request."""
    request_id = request_id_of(given_id)
    scope = {"type": "http", "headers": [], "state": {"request_id": request_id}}
    return problem_response(Request(scope), problem, {**SECURITY_HEADERS, REQUEST_ID: request_id})
