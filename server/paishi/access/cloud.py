"""Identity from the request headers of 微信云托管, WeChat Cloud Hosting.

Source: https://developers.weixin.qq.com/minigame/dev/wxcloudrun/src/development/weixin/
"""

import re

from starlette.datastructures import Headers

from paishi.access.client import Client, pseudonym, subject
from paishi.problems.kinds import NotAuthorised

OPENID_HEADER = "X-WX-OPENID"
_SOURCE_HEADER = "X-WX-SOURCE"
_OPENID = re.compile(r"[A-Za-z0-9_-]{1,128}")


class CloudAuthentication:
    """Takes the user's openid from `X-WX-OPENID`, which WeChat's gateway sets and mini-programs cannot.

    Nothing is signed, so whoever reaches the server past the gateway can be any user: only for a service
    without public access. `key` makes the names for rate limits; with `owner_secret`, clients have a
    pseudonym for taught things. Both are of at least 32 bytes.
    """

    def __init__(self, key: bytes, owner_secret: bytes = b"") -> None:
        self._key = key
        self._owner_secret = owner_secret

    async def client(self, headers: Headers) -> Client:
        """See `paishi.access.access.Authentication`."""
        if not _only(headers, _SOURCE_HEADER):
            raise NotAuthorised(
                "The request did not come through WeChat. Call this service from its mini-program, with "
                "wx.cloud.callContainer."
            )
        openid = _only(headers, OPENID_HEADER)
        if not _OPENID.fullmatch(openid):
            raise NotAuthorised(
                "WeChat sent no valid openid of the user. Call this service from the mini-program that its "
                "environment belongs to; other mini-programs that share the environment have none here."
            )
        owner = pseudonym(self._owner_secret, openid.encode()) if self._owner_secret else None
        return Client(f"user:{subject(self._key, openid)}", owner)


def _only(headers: Headers, name: str) -> str:
    """The value of a header that was sent once; empty otherwise, since one of two would be the client's."""
    values = headers.getlist(name)
    return values[0].strip() if len(values) == 1 else ""
