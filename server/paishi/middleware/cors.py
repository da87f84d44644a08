"""CORS for the origins in PAISHI_CORS_ORIGINS."""

from collections.abc import Sequence

from fastapi import Request
from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from paishi.middleware.response_headers import REQUEST_ID
from paishi.problems.kinds import RequestInvalid
from paishi.problems.response import problem_response


class Cors(CORSMiddleware):
    """Starlette's middleware, with refusals as problems.

    Credentials are off: this server has no cookies, and pages authenticate with a header. So `*` in `origins`
    allows requests from every page, but none in a user's name.
    """

    def __init__(self, app: ASGIApp, origins: Sequence[str]) -> None:
        super().__init__(
            app,
            allow_origins=origins,
            allow_methods=("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"),
            allow_headers=("Authorization", "X-API-Key", REQUEST_ID),
            allow_credentials=False,
            expose_headers=(REQUEST_ID, "Retry-After"),
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
