from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from paishi.api.deps import RequestIdDep, ServicesDep
from paishi.api.json_body import json_body, read_json
from paishi.client_address import rate_limit_key
from paishi.contract import Session
from paishi.problems import kinds as problems
from paishi.problems.openapi import documented

router = APIRouter(tags=["session"])

_EXPECTED = 'Send the code of wx.login as JSON: {"code": "..."}, 1 to 128 characters.'


class LoginCode(BaseModel):
    code: str = Field(
        min_length=1, max_length=128, description="The code of wx.login, valid once and for 5 minutes."
    )


@router.post(
    "/session",
    operation_id="log_in",
    summary="Log in with WeChat",
    openapi_extra=json_body(LoginCode, {"code": "0f3aXk100zVZ3R1tCa200kLp9l3aXk1d"}),
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
    body = await read_json(request, LoginCode, _EXPECTED)
    token = await access.login.token(body.code)
    response.headers["Cache-Control"] = "no-store"
    return Session(
        success=True, token=token, expires_in=access.login.tokens.lifetime_s, request_id=request_id
    )
