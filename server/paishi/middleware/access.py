"""Stands before the routes that cost work: who may not, or too much, is refused before the body is read."""

from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from paishi.access.access import Access
from paishi.access.authentication import CHALLENGE
from paishi.access.early import refuse
from paishi.client_address import rate_limit_key
from paishi.problems import NotAuthorised, TooManyRequests


class Gate:
    """`guarded` are the routes themselves, not their paths: a request that reaches one is by definition one
    that was asked here. With POST only; what is fetched costs nothing.

    Leaves in the request's state `client`: a key's name, a user's subject or an address.
    """

    def __init__(self, app: ASGIApp, access: Access, guarded: Sequence[BaseRoute]) -> None:
        self._app = app
        self._access = access
        self._guarded = guarded

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self._guards(scope):
            return await self._app(scope, receive, send)
        headers = Headers(scope=scope)
        # Where both are there, the length means nothing (RFC 9112, section 6.3).
        length = None if "transfer-encoding" in headers else headers.get("content-length")
        try:
            client = self._access.who.client(headers) or f"at:{rate_limit_key(_host(scope))}"
            await self._access.rates.upload(client, int(length or 0))
        except NotAuthorised as problem:
            return await refuse(problem, CHALLENGE, scope, receive, send)
        except TooManyRequests as problem:
            return await refuse(problem, {}, scope, receive, send)
        scope["state"]["client"] = client
        if length is not None:
            return await self._app(scope, receive, send)
        await self._pass_counting(client, scope, receive, send)

    async def _pass_counting(self, client: str, scope: Scope, receive: Receive, send: Send) -> None:
        size = 0

        async def count() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            return message

        try:
            await self._app(scope, count, send)
        finally:
            await self._access.rates.received(client, size)

    def _guards(self, scope: Scope) -> bool:
        return (
            scope["type"] == "http"
            and scope["method"] == "POST"
            and any(route.matches(scope)[0] is Match.FULL for route in self._guarded)
        )


def _host(scope: Scope) -> str | None:
    client = scope.get("client")
    return client[0] if client else None
