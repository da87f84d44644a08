"""Maps exceptions to problem responses."""

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import Match

from paishi.admission.body_memory import BodyAborted
from paishi.problems import kinds as problems
from paishi.problems.kinds import Problem
from paishi.problems.response import ProblemResponse, problem_response
from paishi.settings import Settings
from paishi.system.passing_fault import is_passing
from paishi.telemetry.log import mark_logged

_METHODS = ("DELETE", "GET", "PATCH", "POST", "PUT")

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
    return problem_response(request, error.problem, error.headers)


async def _validation_error(request: Request, error: RequestValidationError) -> ProblemResponse:
    first = error.errors()[0]
    where = [str(part) for part in first["loc"]]
    return problem_response(
        request, problems.RequestInvalid(f"{where[0]} {'.'.join(where[1:])}: {first['msg']}.")
    )


async def _http_exception(request: Request, error: HTTPException) -> ProblemResponse:
    """Maps Starlette's exceptions: unknown path, wrong method, a body that is too large."""
    problem: Problem
    settings: Settings = request.app.state.services.settings
    headers = dict(error.headers or {})
    if error.status_code == 404:
        listed = " All routes are listed at /docs." if settings.docs else ""
        problem = problems.NotFound(f"There is no {request.url.path}.{listed}")
    elif error.status_code == 405:
        see = "; see /docs" if settings.docs else ""
        problem = problems.MethodNotAllowed(f"{request.url.path} does not allow {request.method}{see}.")
        headers["Allow"] = ", ".join(_allowed(request))
    elif error.status_code == 413:
        problem = problems.ImageTooLarge("The request is too large. Send a smaller or more compressed photo.")
    else:
        problem = problems.RequestInvalid(str(error.detail))
        problem.status = error.status_code
    return problem_response(request, problem, headers)


def _allowed(request: Request) -> list[str]:
    """The methods of every route with this path; Starlette names those of the first alone.

    A path that is described, such as /taught/undo, is not one of /taught/{thing_id}.
    """
    described = request.app.openapi()["paths"].get(request.scope["path"], {})
    methods = {method.upper() for method in described} or {
        method
        for method in _METHODS
        for route in request.app.routes
        if route.matches({**request.scope, "method": method})[0] is Match.FULL
    }
    return sorted(methods | {"HEAD"} if "GET" in methods else methods)  # see `middleware.canonical`


async def unexpected_error(request: Request, error: Exception) -> ProblemResponse:
    """Logs the stack trace; the client gets the request's id only, or 503 if the machine lacks something."""
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
    if is_passing(error):
        return problem_response(request, problems.ResourcesExhausted())
    return problem_response(
        request,
        problems.Internal(
            "The server's log has the reason under this request_id. Try again; report it if it persists."
        ),
    )
