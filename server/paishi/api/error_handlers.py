"""Maps exceptions to problem responses."""

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from paishi.admission.body_memory import BodyAborted
from paishi.problems import kinds as problems
from paishi.problems.kinds import Problem
from paishi.problems.response import ProblemResponse, problem_response
from paishi.settings import Settings
from paishi.telemetry.log import mark_logged

log = logging.getLogger(__name__)


def add_error_handlers(app: FastAPI) -> None:
    """Registers a handler for every kind of exception: ours, FastAPI's, Starlette's and unexpected ones."""
    app.exception_handler(Problem)(_problem)
    app.exception_handler(BodyAborted)(_body_aborted)
    app.exception_handler(RequestValidationError)(_validation_error)
    app.exception_handler(HTTPException)(_http_exception)
    app.exception_handler(Exception)(unexpected_error)


async def _problem(request: Request, error: Problem) -> ProblemResponse:
    return problem_response(request, error)


async def _body_aborted(request: Request, error: BodyAborted) -> ProblemResponse:
    return problem_response(request, error.problem, dict(error.headers or {}))


async def _validation_error(request: Request, error: RequestValidationError) -> ProblemResponse:
    first = error.errors()[0]
    where = [str(part) for part in first["loc"]]
    if where[0] == "body" and any(each["loc"] in (("body",), ("body", "image")) for each in error.errors()):
        detail = "Send one photo as multipart/form-data, in a file field named `image`."
        return problem_response(request, problems.ImageMissing(detail))
    return problem_response(
        request, problems.RequestInvalid(f"{where[0]} {'.'.join(where[1:])}: {first['msg']}.")
    )


async def _http_exception(request: Request, error: HTTPException) -> ProblemResponse:
    """Maps Starlette's exceptions: unknown path, wrong method, invalid multipart."""
    problem: Problem
    settings: Settings = request.app.state.services.settings
    if error.status_code == 404:
        listed = " All routes are listed at /docs." if settings.docs else ""
        problem = problems.NotFound(f"There is no {request.url.path}.{listed}")
    elif error.status_code == 405:
        see = "; see /docs" if settings.docs else ""
        problem = problems.MethodNotAllowed(f"{request.url.path} does not allow {request.method}{see}.")
    elif error.status_code == 413:
        problem = problems.ImageTooLarge("The request is too large. Send a smaller or more compressed photo.")
    else:
        problem = problems.RequestInvalid(str(error.detail))
        problem.status = error.status_code
    return problem_response(request, problem, dict(error.headers or {}))


async def unexpected_error(request: Request, error: Exception) -> ProblemResponse:
    """Logs the stack trace; the client gets the request's id only."""
    request_id = request.state.request_id
    if mark_logged(error):  # Starlette calls this in every layer that the exception passes
        log.error(
            "request %s: %s: %s",
            request_id,
            type(error).__name__,
            error,
            exc_info=error,
            extra={"request_id": request_id},
        )
    return problem_response(
        request,
        problems.Internal(
            "The server's log has the reason under this request_id. Try again; report it if it persists."
        ),
    )
