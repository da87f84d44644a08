"""A body of which no more is read."""

from starlette.exceptions import HTTPException

from paishi.problems import Problem


class BodyEnded(HTTPException):
    """Raised to whoever reads a body, with the `problem` to answer.

    An HTTPException, because FastAPI turns everything else that reading a form raises into its own 400.
    """

    def __init__(self, problem: Problem, headers: dict[str, str] | None = None) -> None:
        super().__init__(problem.status, problem.detail, headers)
        self.problem = problem
