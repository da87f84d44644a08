"""One form of a request per route: no trailing slash in its path, and GET for HEAD."""

import re

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_TRAILING_SLASH = re.compile(r"(?<=[^/])/\Z")


def canonical_path(path: str) -> str:
    """The path that routes, access and admission are matched by: without a single slash at its end."""
    return _TRAILING_SLASH.sub("", path)


class Canonical:
    """Lets a path with a trailing slash and a HEAD request reach the route that they mean.

    A redirect to the path itself would lose the photo of a client that does not follow it. Belongs around
    all layers that match a request to a route. `raw_path` stays as it came, for pages whose addresses are
    relative to it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        scope["path"] = canonical_path(scope["path"])
        if scope["method"] != "HEAD":
            return await self._app(scope, receive, send)

        async def send_without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        scope["method"] = "GET"
        try:
            await self._app(scope, receive, send_without_body)
        finally:
            scope["method"] = "HEAD"  # for the metrics and the log
