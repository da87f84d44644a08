"""Gives FastAPI's refusal of a large body the contract's form."""

import time

from fastapi import Request
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.problems import ImageTooLarge, problem_response

DRAIN_S = 5.0
DRAIN_BODIES = 4


class BodyLimitProblem:
    """Turns Starlette's plain-text 413 into a problem, and lets the client get to read it.

    The limit itself is FastAPI's `max_body_size`. A client that still sends when the connection
    closes sees a broken connection instead of the answer, so what it sends is read and dropped
    first, up to `DRAIN_BODIES` times the limit or for `DRAIN_S` seconds.
    """

    def __init__(self, app: ASGIApp, max_body_size: int) -> None:
        self.app = app
        self.max_body_size = max_body_size

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        refused = body_ended = False

        async def watch() -> Message:
            nonlocal body_ended
            message = await receive()
            body_ended = message["type"] == "http.disconnect" or not message.get("more_body", False)
            return message

        async def translate(message: Message) -> None:
            nonlocal refused
            if message["type"] == "http.response.start" and _is_plain_413(message):
                refused = True
            if not refused:
                await send(message)

        await self.app(scope, watch, translate)
        if refused:
            await self._refuse(scope, receive, send, body_ended)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, body_ended: bool) -> None:
        # A client that asked for permission (`Expect: 100-continue`) has not begun to send.
        if not body_ended and "expect" not in Headers(scope=scope):
            await _drain(receive, self.max_body_size * DRAIN_BODIES)
        limit = f"{self.max_body_size / 1_000_000:g} MB"
        problem = ImageTooLarge(f"A request may have {limit} at most. Send the photo smaller or compressed.")
        await problem_response(Request(scope), problem)(scope, receive, send)


def _is_plain_413(message: Message) -> bool:
    return message["status"] == 413 and Headers(raw=message["headers"])["content-type"].startswith(
        "text/plain"
    )


async def _drain(receive: Receive, most: int) -> None:
    until = time.monotonic() + DRAIN_S
    while most > 0 and time.monotonic() < until:
        message = await receive()
        most -= len(message.get("body", b""))
        if not message.get("more_body", False):
            return
