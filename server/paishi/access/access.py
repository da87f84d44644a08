"""Builds authentication and rate limits from the settings."""

import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from paishi.access.client import Client
from paishi.access.key_file import KeyFile
from paishi.access.keys import KeyAuthentication, parse_stored
from paishi.access.rate_limits import RateLimits
from paishi.access.redis_storage import redis_storage
from paishi.access.tokens import Tokens
from paishi.access.wechat import WeChat
from paishi.settings import TOKEN_KEY_BYTES, Misconfigured, Settings

log = logging.getLogger(__name__)

_TAUGHT_SECRET = (
    "PAISHI_TAUGHT_SECRET, for the pseudonyms that taught things are kept under: `openssl rand -hex 32` "
    "prints one, which must never change. To do without teaching, set PAISHI_TEACHERS=nobody."
)


class Authentication(Protocol):
    """One way to identify clients."""

    async def client(self, headers: Mapping[str, str]) -> Client:
        """Raises NotAuthorised."""


@dataclass(frozen=True, slots=True)
class Login:
    """Exchanges a code of wx.login for a token."""

    wechat: WeChat
    tokens: Tokens

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
    secret = settings.wechat_secret
    required = {
        "PAISHI_WECHAT_APPID": settings.wechat_appid,
        "PAISHI_WECHAT_SECRET": secret.get_secret_value(),
    }
    if missing := [name for name, value in required.items() if not value]:
        raise Misconfigured(
            f"PAISHI_AUTH=wechat needs {' and '.join(missing)}, from the mini-program's console."
        )
    owner_secret = settings.taught_secret.get_secret_value().encode()
    if settings.uses_taught and settings.lacks_taught_secret:
        raise Misconfigured(f"PAISHI_TEACHERS={settings.teachers} needs {_TAUGHT_SECRET}")
    if settings.lacks_taught_secret and settings.teachers != "nobody":
        log.info("Users cannot teach this server: that needs %s", _TAUGHT_SECRET)
    key = settings.token_key.get_secret_value().encode() or secrets.token_bytes(TOKEN_KEY_BYTES)
    tokens = Tokens(key, settings.session_s, owner_secret)
    return Login(WeChat(settings.wechat_url, settings.wechat_appid, secret), tokens)
