"""From the code of wx.login to a token."""

from dataclasses import dataclass

from paishi.access.tokens import Tokens
from paishi.access.wechat import WeChat


@dataclass(frozen=True, slots=True)
class Login:
    wechat: WeChat
    tokens: Tokens

    async def token(self, code: str) -> str:
        """Raises what `WeChat.openid` raises."""
        return self.tokens.issue(await self.wechat.openid(code))
