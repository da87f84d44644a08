"""What the tests of this folder send."""

import httpx

from paishi.contract import Problem
from tests.server.pictures import file_of, noise

PHOTO = file_of(noise())
ROUTES = ("/predict", "/image", "/explain", "/features")
GUARDED = (*ROUTES, "/corrections", "/taught")
"""Routes that take a photo."""
OPEN = ("/livez", "/readyz", "/models", "/docs", "/problems", "/openapi.json", "/")


def bearing(credentials: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {credentials}"}


def post(client: httpx.Client, path: str = "/predict", **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post(path, files={"image": PHOTO}, headers=named)


def problem_of(answer: httpx.Response, status: int, code: str) -> Problem:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = Problem.model_validate_json(answer.content)
    assert (problem.status, problem.code) == (status, code)
    assert problem.request_id == answer.headers["x-request-id"]
    retry_after = answer.headers.get("retry-after")
    assert problem.retry_after == (None if retry_after is None else int(retry_after))
    return problem
