"""What kind of program asks: one of a few words, because a user agent can tell people apart."""

from typing import Literal

ClientKind = Literal["devtools", "mini-program", "wechat", "browser", "script", "other", "none"]

# The first that is found counts: all claim to be Mozilla, mini-programs and the DevTools also WeChat.
_SIGNS: tuple[tuple[bytes, ClientKind], ...] = (
    (b"wechatdevtools", "devtools"),
    (b"miniprogram", "mini-program"),
    (b"micromessenger", "wechat"),
    (b"mozilla/", "browser"),
    (b"curl/", "script"),
    (b"python", "script"),
    (b"wget/", "script"),
    (b"okhttp", "script"),
    (b"go-http-client", "script"),
)


def client_kind(headers: list[tuple[bytes, bytes]]) -> ClientKind:
    """By an ASGI scope's headers."""
    agent = next((value for name, value in headers if name == b"user-agent"), b"").lower()
    if not agent:
        return "none"
    return next((kind for sign, kind in _SIGNS if sign in agent), "other")
