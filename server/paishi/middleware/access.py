"""Authentication, rate limits and the size limit, before the body of a request is read."""

from collections.abc import Sequence

from fastapi import Request
from starlette.datastructures import Headers
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from paishi.access.access import Access
from paishi.client_address import rate_limit_key
from paishi.middleware.admission import announced_length
from paishi.problems.kinds import ImageTooLarge, NotAuthorised, TooManyRequests
from paishi.problems.response import problem_response


class AccessControl:
    """Checks requests that match one of the `guarded` routes, as the router itself matches them.

    Sets in the request's state `client`, a key's name, a user's subject or an address; `owner`, the pseudonym
    of taught things, None without authentication; and `authenticated`. Requests of `uncounted` routes bring
    no photo, so they do not count as uploads. `max_body` in bytes is the limit of the announced length; the
    route itself limits what is read.
    """

    def __init__(
        self,
        app: ASGIApp,
        access: Access,
        guarded: Sequence[BaseRoute],
        uncounted: Sequence[BaseRoute],
        max_body: int,
    ) -> None:
        self._app = app
        self._access = access
        self._guarded = guarded
        self._uncounted = uncounted
        self._max_body = max_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_upload = _matches(self._guarded, scope)
        if not (is_upload or _matches(self._uncounted, scope)):
            return await self._app(scope, receive, send)
        headers = Headers(scope=scope)
        length = announced_length(headers)
        try:
            authentication = self._access.authentication
            client, owner = (
                await authentication.client(headers) if authentication else (rate_limit_key(scope), None)
            )
            scope["state"]["authenticated"] = authentication is not None
            if is_upload:
                await self._access.rate_limits.upload(client, length or 0)
            # Even if it is chunked and claims a length: Starlette would refuse it in plain text.
            if int(headers.get("content-length", 0)) > self._max_body:
                raise ImageTooLarge(
                    f"The maximum for a request is {self._max_body / 1_000_000:g} MB. "
                    "Send a smaller or more compressed photo."
                )
        except (NotAuthorised, TooManyRequests, ImageTooLarge) as problem:
            return await problem_response(Request(scope), problem)(scope, receive, send)
        scope["state"].update(client=client, owner=owner)
        if length is not None or not is_upload:
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


def _matches(routes: Sequence[BaseRoute], scope: Scope) -> bool:
    return scope["type"] == "http" and any(route.matches(scope)[0] is Match.FULL for route in routes)
