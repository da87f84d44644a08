"""What every answer tells browsers that they must not do with it."""

from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

EVERY: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    # For whoever opens a JSON body or a picture as a page. Pages bring a policy of their own.
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class SecurityHeaders:
    """Adds those that an answer does not bring itself.

    `shared_with_pages`: pages of other origins may show the pictures of this server.

    Strict-Transport-Security is left to the proxy that has the certificate: it is a promise for all ports of
    a host name, and on `localhost` it would take plain HTTP from everything else that a developer runs there.
    """

    def __init__(self, app: ASGIApp, shared_with_pages: bool = False) -> None:
        self.app = app
        self._headers = dict(EVERY)
        if shared_with_pages:
            self._headers["Cross-Origin-Resource-Policy"] = "cross-origin"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                if headers.get("Content-Type", "").startswith("text/html"):
                    headers.setdefault("X-Frame-Options", "DENY")
            await send(message)

        await self.app(scope, receive, send_with_headers)
