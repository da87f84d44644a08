"""Decides about a request when its header is here."""

from contextlib import ExitStack

from fastapi import Request
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from paishi.admission.body_memory import Bodies
from paishi.admission.body_stream import Exchange
from paishi.connection.load_shedding import Admissions
from paishi.middleware.form_charset import keep_known_charset
from paishi.problems import Overloaded, problem_response


class AtTheHeader:
    """Refuses with 503 what `admissions` or `bodies` have no place for, before any of its body is read.

    The refusal goes out while the client still sends; the connection reads the rest and drops it, so that the
    client gets to read the answer. `max_body` in bytes is what the routes allow: more is theirs to refuse.
    """

    def __init__(self, app: ASGIApp, bodies: Bodies, admissions: Admissions, max_body: int) -> None:
        self.app = app
        self.bodies = bodies
        self.admissions = admissions
        self.max_body = max_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        keep_known_charset(scope)
        headers = Headers(scope=scope)
        announced = _announced(headers)
        if announced == 0:
            return await self.app(scope, receive, send)
        too_large = announced is not None and announced > self.max_body
        exchange = Exchange(receive, send, self.bodies, waits_for_100="expect" in headers)
        with ExitStack() as held:
            try:
                if not too_large and (admission := self.admissions.get((scope["method"], scope["path"]))):
                    admission.check()
                exchange.room = held.enter_context(self.bodies.room(0 if too_large else announced))
            except Overloaded as full:
                return await problem_response(Request(scope), full)(scope, receive, exchange.send)
            await exchange.run(self.app, scope)


def _announced(headers: Headers) -> int | None:
    """Bytes of the body that follows; None where it comes in chunks."""
    if "transfer-encoding" in headers:
        return None
    return int(headers.get("content-length", 0))
