"""Gives FastAPI's refusal of a large body the contract's form."""

from fastapi import Request
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from paishi.problems.kinds import ImageTooLarge
from paishi.problems.response import problem_response


class BodyLimit:
    """Turns Starlette's plain-text 413 into a problem.

    The limit itself is FastAPI's `max_body_size`. The answer goes out at once; what the client still sends is
    read and dropped by its connection, so that it gets to read the answer.
    """

    def __init__(self, app: ASGIApp, max_body_size: int) -> None:
        self.app = app
        self.max_body_size = max_body_size

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        refused = False

        async def translate(message: Message) -> None:
            nonlocal refused
            if message["type"] == "http.response.start" and _is_plain_413(message):
                refused = True
            if not refused:
                await send(message)

        await self.app(scope, receive, translate)
        if refused:
            limit = f"{self.max_body_size / 1_000_000:g} MB"
            problem = ImageTooLarge(
                f"A request may have {limit} at most. Send the photo smaller or compressed."
            )
            await problem_response(Request(scope), problem)(scope, receive, send)


def _is_plain_413(message: Message) -> bool:
    return message["status"] == 413 and Headers(raw=message["headers"])["content-type"].startswith(
        "text/plain"
    )
