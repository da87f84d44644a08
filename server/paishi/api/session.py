from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field, ValidationError

from paishi.admission.body_memory import BodyAborted
from paishi.api.deps import RequestIdDep, ServicesDep
from paishi.client_address import rate_limit_key
from paishi.contract import Session
from paishi.problems import kinds as problems
from paishi.problems.openapi import documented

router = APIRouter(tags=["session"])

_LARGEST = 4096  # bytes


class _Code(BaseModel):
    code: str = Field(
        min_length=1, max_length=128, description="The code of wx.login, valid once and for 5 minutes."
    )


@router.post(
    "/session",
    summary="Log in with WeChat",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": _Code.model_json_schema()}},
        }
    },
    responses=documented(
        problems.LoginCodeInvalid,
        problems.LoginBlocked,
        problems.NotFound,
        problems.RequestTimeout,
        problems.RequestInvalid,
        problems.TooManyRequests,
        problems.LoginUnavailable,
        problems.Overloaded,
    ),
)
async def session(
    request: Request, response: Response, services: ServicesDep, request_id: RequestIdDep
) -> Session:
    """Exchanges the code of `wx.login` for a token, if `PAISHI_AUTH=wechat`. Send it with other requests as
    `Authorization: Bearer <token>`."""
    access = services.access
    if access.login is None:
        raise problems.NotFound("This server has no sessions: it does not use WeChat login.")
    await access.rate_limits.login(rate_limit_key(request.scope))
    token = await access.login.token(_code(await _read(request)))
    response.headers["Cache-Control"] = "no-store"
    return Session(
        success=True, token=token, expires_in=access.login.tokens.lifetime_s, request_id=request_id
    )


async def _read(request: Request) -> bytes:
    """Raises BodyAborted above `_LARGEST` bytes. FastAPI would report any invalid body as a missing photo."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _LARGEST:
            raise BodyAborted(_invalid(), {"Connection": "close"})
    return body


def _code(body: bytes) -> str:
    try:
        return _Code.model_validate_json(body).code
    except ValidationError:
        pass
    raise _invalid()  # outside of the except block: ValidationError quotes the code


def _invalid() -> problems.RequestInvalid:
    return problems.RequestInvalid('Send the code of wx.login as JSON: {"code": "..."}, 1 to 128 characters.')
