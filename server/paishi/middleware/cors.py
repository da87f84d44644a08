"""Which pages of other origins may read answers: none, but for `PAISHI_CORS_ORIGINS`."""

from collections.abc import Sequence

from fastapi import Request
from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from paishi.middleware.request_id import HEADER
from paishi.problems.kinds import RequestInvalid
from paishi.problems.response import problem_response


class Cors(CORSMiddleware):
    """Starlette's, with refusals in the contract's form.

    Cookies are never allowed, since this server has none: a page shows who its user is with Authorization.
    So `*` among `origins` lets every page ask, but lets none ask in a user's name.
    """

    def __init__(self, app: ASGIApp, origins: Sequence[str]) -> None:
        super().__init__(
            app,
            allow_origins=origins,
            allow_methods=("GET", "HEAD", "POST"),
            allow_headers=("Authorization", "X-API-Key", HEADER),
            allow_credentials=False,
            expose_headers=(HEADER, "Retry-After"),
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "OPTIONS":
            headers = Headers(scope=scope)
            if "origin" in headers and "access-control-request-method" in headers:
                response = self.preflight_response(request_headers=headers)
                if response.status_code >= 400:
                    detail = f"{bytes(response.body).decode()}."
                    if not self.is_allowed_origin(headers["origin"]):
                        detail += " The operator can allow the origin: PAISHI_CORS_ORIGINS."
                    kept = {name: value for name, value in response.headers.items() if name == "vary"}
                    response = problem_response(Request(scope), RequestInvalid(detail), kept)
                return await response(scope, receive, send)
        await super().__call__(scope, receive, send)
