"""Client of WeChat's `code2Session`, which exchanges the code of wx.login for the user's openid."""

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
_TIMEOUT_S = 10.0  # in all; a login waits no longer than a photo
_CONNECT_S = 3.0
_READ_S = 5.0
_MAX_BYTES = 64 * 1024  # of a response; WeChat's have about 200
_MAX_CONNECTIONS = 32

log = logging.getLogger(__name__)


class _Response(NamedTuple):
    """The `openid`, or WeChat's `errcode` if it sent one; `unused` if the code is surely still valid."""

    openid: str = ""
    errcode: int | None = None
    unused: bool = False


class WeChat:
    """Sends the mini-program's credentials to `url`.

    WeChat requires the secret in the query, so no URL and no error that contains one leaves this class.
    """

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
        # No keep-alive: a kept connection may close while it is being used, and it would be unknown whether
        # the code was used up.
        limits = httpx.Limits(max_connections=_MAX_CONNECTIONS, max_keepalive_connections=0)
        timeout = httpx.Timeout(_READ_S, connect=_CONNECT_S)
        self._client = httpx.AsyncClient(limits=limits, timeout=timeout)
        logging.getLogger("httpx").addFilter(_without_secret)

    async def openid(self, code: str) -> str:
        """The openid of the user whose wx.login returned `code`, which works once.

        Raises LoginCodeInvalid, LoginBlocked, TooManyRequests or LoginUnavailable.
        """
        response = _Response(unused=True)
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                for attempt in range(ATTEMPTS):
                    if attempt:
                        await self._pause(_PAUSE_S)
                    response = await self._request(code)
                    if not response.unused:
                        break
        except TimeoutError:
            log.warning("WeChat took longer than %g s.", _TIMEOUT_S)
        if response.openid:
            return response.openid
        errcode = response.errcode
        if errcode is not None and errcode in SETTINGS:
            log.error("WeChat rejects this server (errcode %s): check %s.", errcode, SETTINGS[errcode])
        raise problem_of(errcode)

    async def close(self) -> None:
        await self._client.aclose()

    async def _request(self, code: str) -> _Response:
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
            return _Response(unused=True)
        except httpx.HTTPError as error:
            log.warning("WeChat's response was lost: %s.", type(error).__name__)
            return _Response()


async def _start_of(response: httpx.Response) -> bytes:
    body = b""
    async for part in response.aiter_bytes():
        body += part
        if len(body) > _MAX_BYTES:
            return b""
    return body


def _read(status: int, body: bytes) -> _Response:
    """Keeps the openid only: `session_key` could decrypt the user's data."""
    reply = _object(body) if status == httpx.codes.OK else {}
    try:
        errcode = int(reply.get("errcode", 0))  # some gateways send a string
    except (TypeError, ValueError, OverflowError):
        errcode = 0
    if errcode:
        if errcode not in SETTINGS:
            log.info("WeChat returned errcode %s.", errcode)
        return _Response(errcode=errcode, unused=errcode == BUSY)
    openid = reply.get("openid")
    # WeChat's have letters, digits, - and _. Of other text, half a surrogate pair could not even be encoded.
    if isinstance(openid, str) and openid and openid.isascii() and openid.isprintable():
        return _Response(openid=openid)
    log.warning("WeChat returned status %s without an openid.", status)
    return _Response()


def _object(body: bytes) -> dict[str, Any]:
    # Its Content-Type is text/plain.
    try:
        reply = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return reply if isinstance(reply, dict) else {}


def _without_secret(record: logging.LogRecord) -> bool:
    """Filter for httpx, which logs every URL at INFO."""
    return "secret=" not in record.getMessage()
