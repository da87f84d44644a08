"""Reads a small JSON body."""

from typing import TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError

from paishi.admission.body_memory import BodyAborted
from paishi.problems.kinds import RequestInvalid

_LARGEST = 4096  # bytes

Body = TypeVar("Body", bound=BaseModel)


async def read_json(request: Request, form: type[Body], expected: str) -> Body:
    """Returns the body. Raises RequestInvalid with the sentence `expected` if it is of another form,
    BodyAborted with it above `_LARGEST` bytes.

    FastAPI would report any invalid body as a missing photo.
    """
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _LARGEST:
            raise BodyAborted(RequestInvalid(expected), {"Connection": "close"})
    try:
        return form.model_validate_json(body)
    except ValidationError:
        pass
    raise RequestInvalid(expected)  # outside of the except block: ValidationError quotes the body


def json_body(form: type[BaseModel], example: dict[str, object]) -> dict[str, object]:
    """`openapi_extra` of a route that reads `form`, such as `example`."""
    content = {"application/json": {"schema": form.model_json_schema(), "example": example}}
    return {"requestBody": {"required": True, "content": content}}
