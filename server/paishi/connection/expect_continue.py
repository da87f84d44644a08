"""`Expect: 100-continue`, if the response did not need the body."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class ExpectContinue:
    """Closes the connection after such a response.

    The client may then send its body or leave it out, and nobody could tell whether what comes next is that
    body or a request (RFC 9110, section 10.1.1).
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or "expect" not in Headers(scope=scope):
            return await self.app(scope, receive, send)
        was_asked_for = False

        async def receive_body() -> Message:
            nonlocal was_asked_for
            was_asked_for = True
            return await receive()

        async def send_closing(message: Message) -> None:
            if message["type"] == "http.response.start" and not was_asked_for:
                MutableHeaders(scope=message)["Connection"] = "close"
            await send(message)

        await self.app(scope, receive_body, send_closing)
