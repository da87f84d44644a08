"""What WeChat's `errcode` means for whoever logs in.

Source: https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/user-login/code2Session.html and the
list of global return codes beside it.
"""

from collections.abc import Mapping

from paishi.problems.kinds import LoginBlocked, LoginCodeInvalid, LoginUnavailable, Problem, TooManyRequests

BUSY = -1
"""The only one that asks to be tried again: the code has not been used up."""

SETTINGS: Mapping[int, str] = {
    40013: "PAISHI_WECHAT_APPID",
    40125: "PAISHI_WECHAT_SECRET",
    41002: "PAISHI_WECHAT_APPID",
    41004: "PAISHI_WECHAT_SECRET",
}
"""The setting that is wrong, by the code that tells so."""

_CODE_INVALID = (
    40029,  # unknown, or older than five minutes
    40163,  # used before
    41008,  # missing
)
_TOO_OFTEN = 45011  # 100 a minute and user
_BLOCKED = 40226

_AGAIN_S = 5
_NEXT_MINUTE_S = 60


def problem_of(errcode: int | None) -> Problem:
    """What the client is told; None is for an answer that is none."""
    if errcode in _CODE_INVALID:
        return LoginCodeInvalid("A code works once and for five minutes. Call wx.login and send the new one.")
    if errcode == _TOO_OFTEN:
        return TooManyRequests(
            "WeChat takes 100 logins a minute from one user. Try again in a minute.",
            retry_after=_NEXT_MINUTE_S,
        )
    if errcode == _BLOCKED:
        return LoginBlocked("WeChat holds this account for a risk and does not let it into mini-programs.")
    if errcode in SETTINGS:
        return LoginUnavailable(
            "WeChat does not take this server for the mini-program's. Tell whoever runs it.",
            retry_after=_NEXT_MINUTE_S,
        )
    return LoginUnavailable("WeChat did not answer who you are. Try again in a moment.", retry_after=_AGAIN_S)
