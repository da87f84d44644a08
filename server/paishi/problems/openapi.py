"""Problems in the OpenAPI description."""

from typing import Any

from paishi.problems.kinds import Problem
from paishi.problems.response import ProblemResponse

_SECONDS = {"Retry-After": {"description": "In seconds.", "required": True, "schema": {"type": "integer"}}}
_HEADERS = {
    401: {"WWW-Authenticate": {"description": "`Bearer`.", "required": True, "schema": {"type": "string"}}},
    429: _SECONDS,
    503: _SECONDS,
}


def documented(*kinds: type[Problem]) -> dict[int | str, dict[str, Any]]:
    """OpenAPI's `responses` for these kinds, one entry per status."""
    responses: dict[int | str, dict[str, Any]] = {}
    for kind in kinds:
        titles = [kind.title, *filter(None, [responses.get(kind.status, {}).get("description")])]
        responses[kind.status] = {
            "description": "; ".join(reversed(titles)),
            "content": {ProblemResponse.media_type: {"schema": {"$ref": "#/components/schemas/Problem"}}},
            **({"headers": _HEADERS[kind.status]} if kind.status in _HEADERS else {}),
        }
    return responses
