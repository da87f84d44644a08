"""Problems as HTTP responses."""

from collections.abc import Mapping
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse

from paishi.client_address import is_from_this_machine
from paishi.contract import Problem as ProblemBody
from paishi.problems.kinds import Problem


class ProblemResponse(JSONResponse):
    media_type = "application/problem+json"


def type_of(code: str) -> str:
    """Returns the URI reference of problems of this code (RFC 9457, 3.1.1): their part of the manual."""
    return f"/problems#{code}"


def shown_to(request: Request, problem: Problem) -> tuple[str, dict[str, Any]]:
    """The problem's detail, and its members besides those of all problems.

    Both are without paths of the server unless the client is on the same machine.
    """
    missing = problem.missing
    if is_from_this_machine(request):
        return problem.detail, missing.model_dump(exclude_none=True) if missing else {}
    members = missing.model_dump(exclude_none=True, exclude={"folder", "command"}) if missing else {}
    return problem.public_detail or problem.detail, members


def problem_response(
    request: Request, problem: Problem, headers: Mapping[str, str] | None = None
) -> ProblemResponse:
    """The contract's Problem as a response, with the problem's headers and `headers`."""
    detail, members = shown_to(request, problem)
    request.state.problem = problem.code  # for the metrics and the log
    body = ProblemBody(
        type=type_of(problem.code),
        title=problem.title,
        status=problem.status,
        detail=detail,
        success=False,
        code=problem.code,  # type: ignore[arg-type]  # a test holds the codes to the contract's
        request_id=request.state.request_id,
        retry_after=problem.retry_after,
        other=problem.other,
        **members,
    )
    all_headers = {**problem.headers, **(headers or {})}
    if problem.retry_after is not None:
        all_headers["Retry-After"] = str(problem.retry_after)
    return ProblemResponse(body.model_dump(exclude_none=True), problem.status, all_headers)
