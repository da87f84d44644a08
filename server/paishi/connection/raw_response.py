"""Problems that are answered below ASGI, where no middleware adds its headers."""

from fastapi import Request

from paishi.middleware.request_id import HEADER, request_id_of
from paishi.middleware.security_headers import EVERY
from paishi.problems.kinds import Problem
from paishi.problems.response import ProblemResponse, problem_response


def problem_below(problem: Problem, given_id: str = "") -> ProblemResponse:
    """As the application answers a stranger; `given_id` is what the client called its request."""
    request_id = request_id_of(given_id)
    scope = {"type": "http", "headers": [], "state": {"request_id": request_id}}
    return problem_response(Request(scope), problem, {**EVERY, HEADER: request_id})
