"""Everything that is answered with 4xx or 5xx, and its form: RFC 9457 problem details."""

from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse

from paishi.client_address import is_from_this_machine
from paishi.contract import Problem as ProblemBody


class Problem(Exception):
    """An answer other than the one asked for.

    `detail` tells the client what happened and what to do next; `retry_after` is in seconds. Where there is
    a `public_detail`, `detail` is for the operator, with paths of the server, and strangers get the other.
    """

    status = 500
    code = "internal"
    title = "The server made a mistake"
    public_detail: str | None = None

    def __init__(self, detail: str, *, retry_after: int | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.retry_after = retry_after


class RequestInvalid(Problem):
    status, code, title = 422, "request-invalid", "The request is not as it should be"


class ImageMissing(Problem):
    status, code, title = 400, "image-missing", "There is no picture in the request"


class ImageTooLarge(Problem):
    status, code, title = 413, "image-too-large", "The picture's file is too large"


class ImageTooManyPixels(Problem):
    status, code, title = 413, "image-too-many-pixels", "The picture has too many pixels"


class ImageFormatUnsupported(Problem):
    status, code, title = 415, "image-format-unsupported", "This kind of file is not read here"


class ImageUnreadable(Problem):
    status, code, title = 422, "image-unreadable", "The picture cannot be read"


class ImageNotFound(Problem):
    status, code, title = 404, "image-not-found", "The picture is not here (any more)"


class NotFound(Problem):
    status, code, title = 404, "not-found", "There is nothing at this address"


class MethodNotAllowed(Problem):
    status, code, title = 405, "method-not-allowed", "This address takes other methods"


class ModelLoading(Problem):
    status, code, title = 503, "model-loading", "The network is still loading"


class ModelUnavailable(Problem):
    status, code, title = 503, "model-unavailable", "The network cannot be had"
    public_detail = "The operator sees the reason in the server's log. Try again later."


class Overloaded(Problem):
    status, code, title = 503, "overloaded", "The server has too much to do"


class ImageTakesTooLong(Problem):
    status, code, title = 422, "image-takes-too-long", "The picture takes too long to read"


class RequestTimeout(Problem):
    status, code, title = 408, "request-timeout", "The request did not arrive in time"


class TooManyRequests(Problem):
    status, code, title = 429, "too-many-requests", "This client sends too much"


class NotAuthorised(Problem):
    status, code, title = 401, "not-authorised", "The request does not show that it may"


class LoginCodeInvalid(Problem):
    status, code, title = 400, "login-code-invalid", "WeChat does not know this login code"


class LoginBlocked(Problem):
    status, code, title = 403, "login-blocked", "WeChat does not let this user log in"


class LoginUnavailable(Problem):
    status, code, title = 503, "login-unavailable", "WeChat cannot be asked who this is"


class CorrectionsOff(Problem):
    status, code, title = 403, "corrections-off", "This server takes no corrections"


class CorrectionsFull(Problem):
    status, code, title = 503, "corrections-full", "There is no room for more corrections"


class StoreUnavailable(Problem):
    status, code, title = 503, "store-unavailable", "Pictures cannot be kept"


class ShuttingDown(Problem):
    status, code, title = 503, "shutting-down", "The server is ending"


class NotAnswering(Problem):
    status, code, title = 503, "not-answering", "The network does not answer any more"


class Internal(Problem):
    """Anything that nobody foresaw: the client learns the request's id, the log the rest."""


OF_A_PHOTO = (
    ImageMissing,
    RequestTimeout,
    ImageTooLarge,
    ImageTooManyPixels,
    ImageFormatUnsupported,
    ImageUnreadable,
    ImageTakesTooLong,
)
"""What a route that takes a photo can answer."""

OF_A_NETWORK = (RequestInvalid, ModelLoading, ModelUnavailable, Overloaded)
"""What a route that asks the network can answer besides."""


class ProblemResponse(JSONResponse):
    media_type = "application/problem+json"


def problem_response(
    request: Request, problem: Problem, headers: dict[str, str] | None = None
) -> ProblemResponse:
    """The body that `shared/contract.schema.json` calls Problem, with `Retry-After` where it is known."""
    detail = problem.detail if is_from_this_machine(request) else problem.public_detail or problem.detail
    request.state.problem = problem.code  # for whoever counts
    body = ProblemBody(
        type=f"urn:paishi:problem:{problem.code}",
        title=problem.title,
        status=problem.status,
        detail=detail,
        success=False,
        code=problem.code,  # type: ignore[arg-type]  # a test holds the codes to the contract's
        request_id=request.state.request_id,
        retry_after=problem.retry_after,
    )
    headers = dict(headers or {})
    if problem.retry_after is not None:
        headers["Retry-After"] = str(problem.retry_after)
    return ProblemResponse(body.model_dump(exclude_none=True), problem.status, headers)


_SECONDS = {"Retry-After": {"description": "In seconds.", "required": True, "schema": {"type": "integer"}}}
_HEADERS = {
    401: {"WWW-Authenticate": {"description": "`Bearer`.", "required": True, "schema": {"type": "string"}}},
    429: _SECONDS,
    503: _SECONDS,
}


def documented(*kinds: type[Problem]) -> dict[int | str, dict[str, Any]]:
    """What OpenAPI says of these problems, one entry a status."""
    answers: dict[int | str, dict[str, Any]] = {}
    for kind in kinds:
        titles = [kind.title, *filter(None, [answers.get(kind.status, {}).get("description")])]
        answers[kind.status] = {
            "description": "; ".join(reversed(titles)),
            "content": {ProblemResponse.media_type: {"schema": {"$ref": "#/components/schemas/Problem"}}},
            **({"headers": _HEADERS[kind.status]} if kind.status in _HEADERS else {}),
        }
    return answers
