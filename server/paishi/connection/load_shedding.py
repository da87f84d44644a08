"""A crowd is turned away before it costs a parser, a task and a line in the log each."""

import asyncio
import logging
import re
from collections.abc import Callable
from typing import NamedTuple

from paishi.admission.admission import Admissions
from paishi.connection.raw_response import problem_below
from paishi.lifecycle.phase import Lifecycle
from paishi.problems.kinds import Overloaded

log = logging.getLogger(__name__)

_LONGEST_HEADER = 8192
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,15})[ \t]*(?=\r\n|$)", re.IGNORECASE)
_OURS = re.compile(rb"\r\nx-request-id:[ \t]*([^\r\n]*?)[ \t]*(?=\r\n|$)", re.IGNORECASE)
_NOT_USUAL = re.compile(rb"\r\n(?:expect|origin|transfer-encoding|upgrade):", re.IGNORECASE)
"""What changes the form of the answer or of the body."""

_IS_LAST = re.compile(rb"\r\nconnection:[^\r\n]*\bclose\b", re.IGNORECASE)

_TOLD_EVERY_S = 1.0


class Refusal(NamedTuple):
    """The whole `answer`; how many bytes the request's `body` has, what has been `received` after its header,
    and whether the client wants the connection to end."""

    answer: bytes
    body: int
    received: bytes
    is_last: bool


class LoadShedding:
    """Answers 503 for what `admissions` have no place for, from the first bytes of a request.

    Where the server is ending, or more than `max_body` bytes are announced, the answer is another one. On the
    usual way such an answer takes the event loop half a millisecond and more, and a crowd of a
    thousand a second takes all of it from those that were taken on. `count` is told the method and path of
    each; the log gets their number once a second instead of a line each.
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
        self._untold = 0

    def __call__(self, data: bytes) -> Refusal | None:
        """None for what there is a place for, and for whatever is better looked at as usual."""
        end = data.find(b"\r\n\r\n", 0, _LONGEST_HEADER)
        line, _, _ = data[: max(end, 0)].partition(b"\r\n")
        method, _, target = line.decode("latin-1").removesuffix(" HTTP/1.1").partition(" ")
        path = target.partition("?")[0]
        admission = self._admissions.get((method, path))
        length = _LENGTH.search(data, 0, end)
        if not admission or not length or _NOT_USUAL.search(data, 0, end):
            return None
        if self._lifecycle.phase != "serving" or int(length[1]) > self._max_body:
            return None
        try:
            admission.check()
        except Overloaded as full:
            self._count(method, path)
            self._tell()
            ours = _OURS.search(data, 0, end)
            answer = _answer(full, ours[1].decode("latin-1") if ours else "")
            return Refusal(answer, int(length[1]), data[end + 4 :], bool(_IS_LAST.search(data, 0, end)))
        return None

    def _tell(self) -> None:
        self._untold += 1
        if self._untold == 1:
            asyncio.get_running_loop().call_later(_TOLD_EVERY_S, self._log)

    def _log(self) -> None:
        log.warning("turned away", extra={"requests": self._untold, "problem": Overloaded.code})
        self._untold = 0


def _answer(full: Overloaded, given_id: str) -> bytes:
    response = problem_below(full, given_id)
    lines = b"".join(b"%s: %s\r\n" % header for header in response.raw_headers)
    return b"HTTP/1.1 503 Service Unavailable\r\n%s\r\n%s" % (lines, response.body)
