"""Admission when the header of a request is here."""

from contextlib import ExitStack

from fastapi import Request
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from paishi.admission.admission import Admissions
from paishi.admission.body_memory import BodyMemory
from paishi.admission.body_stream import BodyStream
from paishi.problems.kinds import Overloaded
from paishi.problems.response import problem_response


class AdmissionControl:
    """Refuses with 503 what `admissions` or `body_memory` have no room for, before its body is read.

    The refusal goes out while the client still sends; the connection reads the rest and drops it, so that the
    client gets to read the answer. `max_body` in bytes is what the routes allow: they refuse more.
    """

    def __init__(self, app: ASGIApp, body_memory: BodyMemory, admissions: Admissions, max_body: int) -> None:
        self.app = app
        self.body_memory = body_memory
        self.admissions = admissions
        self.max_body = max_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        announced = announced_length(Headers(scope=scope))
        if announced == 0:
            return await self.app(scope, receive, send)
        too_large = announced is not None and announced > self.max_body
        stream = BodyStream(receive, send, self.body_memory)
        with ExitStack() as held:
            try:
                if not too_large and (admission := self.admissions.get((scope["method"], scope["path"]))):
                    admission.check()
                stream.room = held.enter_context(self.body_memory.room(0 if too_large else announced))
            except Overloaded as full:
                return await problem_response(Request(scope), full)(scope, receive, stream.send)
            await stream.run(self.app, scope)


def announced_length(headers: Headers) -> int | None:
    """Bytes of the body that follows; None if it comes in chunks, whatever length is claimed besides
    (RFC 9112, section 6.3)."""
    if "transfer-encoding" in headers:
        return None
    return int(headers.get("content-length", 0))
