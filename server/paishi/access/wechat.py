"""WeChat's `code2Session`: from the code of wx.login to the user's openid."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

import httpx
from pydantic import SecretStr

from paishi.access.wechat_errors import BUSY, SETTINGS, problem_of

ATTEMPTS = 2
_PAUSE_S = 0.5
_LIMIT_S = 10.0  # for all of it; the client waits no longer than for a photo
_CONNECT_S = 3.0
_READ_S = 5.0
_LARGEST = 64 * 1024  # bytes of an answer; WeChat's have some 200
_MOST_AT_ONCE = 32

log = logging.getLogger(__name__)


class _Answer(NamedTuple):
    """`openid` where WeChat gave one; else its `errcode`, and whether the code was certainly not used up."""

    openid: str = ""
    errcode: int | None = None
    unused: bool = False


class WeChat:
    """Asks `url` in the mini-program's name. The secret is part of the address that is asked, as WeChat wants
    it: neither that address nor an error that knows it leaves this class."""

    def __init__(
        self,
        url: str,
        appid: str,
        secret: SecretStr,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._url = f"{url}/sns/jscode2session"
        self._appid = appid
        self._secret = secret
        self._pause = pause
        # A connection of its own for each question: one that was kept may end just when it is used, and then
        # nobody knows whether the code has been used up.
        limits = httpx.Limits(max_connections=_MOST_AT_ONCE, max_keepalive_connections=0)
        timeout = httpx.Timeout(_READ_S, connect=_CONNECT_S)
        self._client = httpx.AsyncClient(limits=limits, timeout=timeout)
        logging.getLogger("httpx").addFilter(_without_secret)

    async def openid(self, code: str) -> str:
        """Authentication called wx.login and got this code, which cannot be asked about again.

        Raises LoginCodeInvalid, LoginBlocked, TooManyRequests or LoginUnavailable.
        """
        answer = _Answer(unused=True)
        try:
            async with asyncio.timeout(_LIMIT_S):
                for attempt in range(ATTEMPTS):
                    if attempt:
                        await self._pause(_PAUSE_S)
                    answer = await self._ask(code)
                    if not answer.unused:
                        break
        except TimeoutError:
            log.warning("WeChat took more than %g s.", _LIMIT_S)
        if answer.openid:
            return answer.openid
        if answer.errcode is not None and answer.errcode in SETTINGS:
            log.error(
                "WeChat refuses this server (errcode %s): check %s.", answer.errcode, SETTINGS[answer.errcode]
            )
        raise problem_of(answer.errcode)

    async def close(self) -> None:
        await self._client.aclose()

    async def _ask(self, code: str) -> _Answer:
        query = {
            "appid": self._appid,
            "secret": self._secret.get_secret_value(),
            "js_code": code,
            "grant_type": "authorization_code",
        }
        try:
            async with self._client.stream("GET", self._url, params=query) as response:
                return _read(response.status_code, await _start_of(response))
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            log.warning("WeChat cannot be reached: %s.", type(error).__name__)
            return _Answer(unused=True)
        except httpx.HTTPError as error:
            log.warning("WeChat's answer did not come: %s.", type(error).__name__)
            return _Answer()


async def _start_of(response: httpx.Response) -> bytes:
    body = b""
    async for part in response.aiter_bytes():
        body += part
        if len(body) > _LARGEST:
            return b""
    return body


def _read(status: int, body: bytes) -> _Answer:
    """Of the answer only the openid is kept: session_key would decrypt what WeChat tells of its user."""
    answer = _object(body) if status == httpx.codes.OK else {}
    try:
        errcode = int(answer.get("errcode", 0))  # some of its gateways send it as a string
    except (TypeError, ValueError, OverflowError):
        errcode = 0
    if errcode:
        if errcode not in SETTINGS:
            log.info("WeChat answered with errcode %s.", errcode)
        return _Answer(errcode=errcode, unused=errcode == BUSY)
    openid = answer.get("openid")
    if isinstance(openid, str) and openid:
        return _Answer(openid=openid)
    log.warning("WeChat answered with status %s and no openid.", status)
    return _Answer()


def _object(body: bytes) -> dict[str, Any]:
    # Its Content-Type is text/plain.
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _without_secret(record: logging.LogRecord) -> bool:
    """httpx logs every address that it asks, at the level INFO."""
    return "secret=" not in record.getMessage()
