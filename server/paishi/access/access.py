"""Builds authentication and rate limits from the settings."""

import logging
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from starlette.datastructures import Headers

from paishi.access.client import Client
from paishi.access.cloud import CloudAuthentication
from paishi.access.key_file import KeyFile
from paishi.access.keys import KeyAuthentication, parse_stored
from paishi.access.rate_limits import RateLimits
from paishi.access.redis_storage import redis_storage
from paishi.settings import TOKEN_KEY_BYTES, Misconfigured, Settings

if TYPE_CHECKING:
    from paishi.access.tokens import Tokens
    from paishi.access.wechat import WeChat

log = logging.getLogger(__name__)

_TAUGHT_SECRET = (
    "PAISHI_TAUGHT_SECRET, for the pseudonyms that taught things are kept under: `openssl rand -hex 32` "
    "prints one, which must never change. To do without teaching, set PAISHI_TEACHERS=nobody."
)


class Authentication(Protocol):
    """One way to identify clients."""

    async def client(self, headers: Headers) -> Client:
        """Raises NotAuthorised."""


@dataclass(frozen=True, slots=True)
class Login:
    """Exchanges a code of wx.login for a token."""

    wechat: "WeChat"
    tokens: "Tokens"

    async def token(self, code: str) -> str:
        """Raises as `WeChat.openid`."""
        return self.tokens.issue(await self.wechat.openid(code))


@dataclass(frozen=True, slots=True)
class Access:
    """`authentication` is None with PAISHI_AUTH=none; `login` is set with PAISHI_AUTH=wechat only."""

    rate_limits: RateLimits
    authentication: Authentication | None = None
    login: Login | None = None

    async def close(self) -> None:
        """Closes the connections to Redis and WeChat."""
        await self.rate_limits.close()
        if self.login is not None:
            await self.login.wechat.close()


def access_for(settings: Settings) -> Access:
    """Raises Misconfigured."""
    shared = settings.rates.get_secret_value()
    limits = RateLimits(
        uploads=settings.uploads_per_minute,
        megabytes=settings.mb_per_minute,
        logins=settings.logins_per_minute,
        taught=settings.taught_per_minute,
        largest=settings.max_body_bytes,
        shared=redis_storage(shared) if shared else None,
    )
    if settings.auth == "key":
        return Access(limits, _key_authentication(settings))
    if settings.auth == "wechat":
        login = _login(settings)
        return Access(limits, login.tokens, login)
    if settings.auth == "cloud":
        return Access(limits, _cloud_authentication(settings))
    return Access(limits)


def _key_authentication(settings: Settings) -> KeyAuthentication:
    entries = settings.keys.get_secret_value().split(",")
    try:
        fixed = [parse_stored(entry) for entry in entries if entry.strip()]
    except ValueError as error:
        # Not quoted: the entry may be a key instead of its hash.
        raise Misconfigured(f"PAISHI_KEYS has an entry that is {error}.") from None
    if settings.keys_file:
        return KeyAuthentication(fixed, KeyFile(Path(settings.keys_file).expanduser()).stored)
    if not fixed:
        raise Misconfigured(
            "PAISHI_AUTH=key needs PAISHI_KEYS or PAISHI_KEYS_FILE. `python -m paishi key new` makes a key."
        )
    return KeyAuthentication(fixed)


def _login(settings: Settings) -> Login:
    from paishi.access.tokens import Tokens  # takes 40 ms of the start, for its cryptography
    from paishi.access.wechat import WeChat

    secret = settings.wechat_secret
    required = {
        "PAISHI_WECHAT_APPID": settings.wechat_appid,
        "PAISHI_WECHAT_SECRET": secret.get_secret_value(),
    }
    if missing := [name for name, value in required.items() if not value]:
        raise Misconfigured(
            f"PAISHI_AUTH=wechat needs {' and '.join(missing)}, from the mini-program's console."
        )
    tokens = Tokens(_token_key(settings), settings.session_s, _owner_secret(settings))
    return Login(WeChat(settings.wechat_url, settings.wechat_appid, secret), tokens)


def _cloud_authentication(settings: Settings) -> CloudAuthentication:
    if not settings.cloud_private:
        raise Misconfigured(
            "PAISHI_AUTH=cloud believes the header X-WX-OPENID, which anybody can write who reaches this "
            "server past WeChat. Switch off public access to the service in the console of 微信云托管, then "
            "state that with PAISHI_CLOUD_PRIVATE=true."
        )
    if settings.rates.get_secret_value() and not settings.token_key.get_secret_value():
        raise Misconfigured(
            "PAISHI_RATES with PAISHI_AUTH=cloud needs PAISHI_TOKEN_KEY, the same on all servers: each would "
            "count a user under another name. `openssl rand -hex 32` prints one."
        )
    return CloudAuthentication(_token_key(settings), _owner_secret(settings))


def _token_key(settings: Settings) -> bytes:
    return settings.token_key.get_secret_value().encode() or secrets.token_bytes(TOKEN_KEY_BYTES)


def _owner_secret(settings: Settings) -> bytes:
    """Raises Misconfigured if users of WeChat are to teach and there is none."""
    if settings.uses_taught and settings.lacks_taught_secret:
        raise Misconfigured(f"PAISHI_TEACHERS={settings.teachers} needs {_TAUGHT_SECRET}")
    if settings.lacks_taught_secret and settings.teachers != "nobody":
        log.info("Users cannot teach this server: that needs %s", _TAUGHT_SECRET)
    return settings.taught_secret.get_secret_value().encode()
