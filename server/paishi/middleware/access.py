"""Authentication, rate limits and the size limit, before the body of a request is read."""

from collections.abc import Mapping, Sequence

from fastapi import Request
from starlette.datastructures import Headers
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from paishi.access.access import Access
from paishi.access.authentication import CHALLENGE
from paishi.client_address import rate_limit_key
from paishi.middleware.admission import announced_length
from paishi.problems.kinds import ImageTooLarge, NotAuthorised, TooManyRequests
from paishi.problems.response import problem_response


class AccessControl:
    """Checks requests that match one of the `guarded` routes, as the router itself matches them.

    Sets `client` in the request's state: a key's name, a user's subject or an address. `max_body` is in
    bytes; a body of unknown length is limited by its route while it is read.
    """

    def __init__(self, app: ASGIApp, access: Access, guarded: Sequence[BaseRoute], max_body: int) -> None:
        self._app = app
        self._access = access
        self._guarded = guarded
        self._max_body = max_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self._guards(scope):
            return await self._app(scope, receive, send)
        headers = Headers(scope=scope)
        length = announced_length(headers)
        try:
            client = self._client(headers, scope)
            await self._access.rate_limits.upload(client, length or 0)
            if length is not None and length > self._max_body:
                raise ImageTooLarge(
                    f"The maximum for a request is {self._max_body / 1_000_000:g} MB. "
                    "Send a smaller or more compressed photo."
                )
        except (NotAuthorised, TooManyRequests, ImageTooLarge) as problem:
            challenge: Mapping[str, str] = CHALLENGE if isinstance(problem, NotAuthorised) else {}
            return await problem_response(Request(scope), problem, challenge)(scope, receive, send)
        scope["state"]["client"] = client
        if length is not None:
            return await self._app(scope, receive, send)
        await self._count_bytes(client, scope, receive, send)

    async def _count_bytes(self, client: str, scope: Scope, receive: Receive, send: Send) -> None:
        size = 0

        async def count() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            return message

        try:
            await self._app(scope, count, send)
        finally:
            await self._access.rate_limits.received(client, size)

    def _client(self, headers: Headers, scope: Scope) -> str:
        """Raises NotAuthorised."""
        if self._access.authentication:
            return self._access.authentication.client(headers)
        peer = scope.get("client")
        return f"at:{rate_limit_key(peer[0] if peer else None)}"

    def _guards(self, scope: Scope) -> bool:
        return scope["type"] == "http" and any(
            route.matches(scope)[0] is Match.FULL for route in self._guarded
        )
