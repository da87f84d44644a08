"""Headers of every response: the request's id, protection in browsers, and a close after `Expect`."""

import re
from collections.abc import Mapping
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

REQUEST_ID = "X-Request-ID"
SECURITY_HEADERS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    # For a JSON body or a picture that is opened as a page. Pages set their own policy.
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_WELL_FORMED_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


def request_id_of(given: str) -> str:
    """The client's id if it is harmless in a log, otherwise a new one."""
    return given if _WELL_FORMED_ID.fullmatch(given) else uuid4().hex


class ResponseHeaders:
    """Sets `request_id` in the request's state and adds headers to the response.

    With `shared_with_pages`, pages of other origins may embed this server's pictures.
    Strict-Transport-Security is left to the proxy that has the certificate: it applies to all ports of a host
    name, and on `localhost` it would disable plain HTTP for a developer's other programs.

    If a client sent `Expect: 100-continue` and the body was not read, the connection closes: the client may
    send the body or not, so that what follows could be a body or a request (RFC 9110, section 10.1.1).
    """

    def __init__(self, app: ASGIApp, shared_with_pages: bool = False) -> None:
        self._app = app
        self._security_headers = dict(SECURITY_HEADERS)
        if shared_with_pages:
            self._security_headers["Cross-Origin-Resource-Policy"] = "cross-origin"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        sent = Headers(scope=scope)
        request_id = request_id_of(sent.get(REQUEST_ID, ""))
        scope.setdefault("state", {})["request_id"] = request_id
        awaits_continue = "expect" in sent

        async def receive_body() -> Message:
            nonlocal awaits_continue
            awaits_continue = False
            return await receive()

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._security_headers.items():
                    headers.setdefault(name, value)
                if headers.get("Content-Type", "").startswith("text/html"):
                    headers.setdefault("X-Frame-Options", "DENY")
                headers[REQUEST_ID] = request_id
                if awaits_continue:
                    headers["Connection"] = "close"
            await send(message)

        await self._app(scope, receive_body, send_with_headers)
