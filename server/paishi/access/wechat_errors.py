"""Problems for the `errcode`s of WeChat's login.

Source: https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/user-login/code2Session.html and the
list of global return codes beside it.
"""

from collections.abc import Mapping

from paishi.problems.kinds import LoginBlocked, LoginCodeInvalid, LoginUnavailable, Problem, TooManyRequests

BUSY = -1
"""The only one that calls for a retry: the code has not been used up."""

SETTINGS: Mapping[int, str] = {
    40013: "PAISHI_WECHAT_APPID",
    40125: "PAISHI_WECHAT_SECRET",
    41002: "PAISHI_WECHAT_APPID",
    41004: "PAISHI_WECHAT_SECRET",
}
"""The wrong setting, by errcode."""

_CODE_INVALID = (
    40029,  # unknown, or older than five minutes
    40163,  # used before
    41008,  # missing
)
_TOO_OFTEN = 45011  # more than 100 a minute for one user
_BLOCKED = 40226

_RETRY_S = 5
_NEXT_MINUTE_S = 60


def problem_of(errcode: int | None) -> Problem:
    """The client's problem; None stands for no valid response."""
    if errcode in _CODE_INVALID:
        return LoginCodeInvalid("A code works once and for five minutes. Call wx.login and send the new one.")
    if errcode == _TOO_OFTEN:
        return TooManyRequests(
            "WeChat allows one user 100 logins a minute. Try again in a minute.",
            retry_after=_NEXT_MINUTE_S,
        )
    if errcode == _BLOCKED:
        return LoginBlocked("WeChat has blocked this account from mini-programs as a risk.")
    if errcode in SETTINGS:
        return LoginUnavailable(
            "WeChat rejects this server's credentials for the mini-program. Tell the operator of the server.",
            retry_after=_NEXT_MINUTE_S,
        )
    return LoginUnavailable("WeChat did not confirm the login. Try again in a moment.", retry_after=_RETRY_S)
