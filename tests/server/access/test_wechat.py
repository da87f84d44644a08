"""A code is sent to WeChat once, and again only if it cannot have been used up."""

import asyncio
import logging
import traceback
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack

import pytest
from pydantic import SecretStr

from paishi.access.wechat import ATTEMPTS, WeChat
from paishi.problems import kinds as problems
from tests.server.access.fake_wechat import APPID, CODE_LIVES_S, SECRET, FakeWeChat, Fault, serving
from tests.server.conftest import free_port


@pytest.fixture
def wechat() -> Iterator[FakeWeChat]:
    with serving(FakeWeChat()) as fake:
        yield fake


async def no_pause(seconds: float) -> None:
    pass


def ask(
    url: str,
    code: str,
    secret: str = SECRET,
    appid: str = APPID,
    pause: Callable[[float], Awaitable[None]] = no_pause,
) -> str:
    async def once() -> str:
        asking = WeChat(url, appid, SecretStr(secret), pause)
        try:
            return await asking.openid(code)
        finally:
            await asking.close()

    return asyncio.run(once())


def refused(
    wechat: FakeWeChat, kind: type[problems.Problem], code: str = "c", secret: str = SECRET
) -> problems.Problem:
    with pytest.raises(kind) as caught:
        ask(wechat.url, code)
    return caught.value


def test_a_code_becomes_the_openid_of_its_user(wechat: FakeWeChat) -> None:
    assert ask(wechat.url, wechat.log_in("oSomebody")) == "oSomebody"
    assert ask(wechat.url, wechat.log_in("oSomebody-else")) == "oSomebody-else"
    assert set(wechat.asked[0]) == {"appid", "secret", "js_code", "grant_type"}


def test_a_code_works_once(wechat: FakeWeChat) -> None:
    code = wechat.log_in()
    ask(wechat.url, code)
    assert "wx.login" in refused(wechat, problems.LoginCodeInvalid, code).detail


@pytest.mark.parametrize("code", ["unknown", "a&secret=1", "图", "x" * 128])
def test_an_unknown_code(wechat: FakeWeChat, code: str) -> None:
    refused(wechat, problems.LoginCodeInvalid, code)
    assert wechat.asked[0]["js_code"] == [code]


def test_a_code_ends(wechat: FakeWeChat) -> None:
    refused(wechat, problems.LoginCodeInvalid, wechat.log_in(ago_s=CODE_LIVES_S + 1))


MEANINGS = {
    40029: (problems.LoginCodeInvalid, None),
    40163: (problems.LoginCodeInvalid, None),
    45011: (problems.TooManyRequests, 60),
    40226: (problems.LoginBlocked, None),
    40013: (problems.LoginUnavailable, 60),
    40125: (problems.LoginUnavailable, 60),
    50001: (problems.LoginUnavailable, 5),
    "40029": (problems.LoginCodeInvalid, None),
}


@pytest.mark.parametrize("errcode", MEANINGS, ids=repr)
def test_wechats_errcodes_become_problems(wechat: FakeWeChat, errcode: int | str) -> None:
    kind, retry_after = MEANINGS[errcode]
    wechat.errcode_of(errcode, "why")
    assert refused(wechat, kind, wechat.log_in()).retry_after == retry_after
    assert len(wechat.asked) == 1


@pytest.mark.parametrize(
    ("appid", "secret", "setting"),
    [("wxother", SECRET, "PAISHI_WECHAT_APPID"), (APPID, "other" * 7, "PAISHI_WECHAT_SECRET")],
)
def test_the_log_names_the_wrong_setting(
    wechat: FakeWeChat, appid: str, secret: str, setting: str, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(problems.LoginUnavailable) as caught:
        ask(wechat.url, wechat.log_in(), secret, appid)
    [record] = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert setting in record.getMessage()
    assert "PAISHI" not in caught.value.detail


def test_a_busy_wechat_is_retried(wechat: FakeWeChat) -> None:
    wechat.errcode_of(-1, "system error")
    assert ask(wechat.url, wechat.log_in("oPatient")) == "oPatient"
    assert len(wechat.asked) == 2


def test_but_not_for_ever(wechat: FakeWeChat) -> None:
    for _ in range(ATTEMPTS + 1):
        wechat.errcode_of(-1)
    assert refused(wechat, problems.LoginUnavailable, wechat.log_in()).retry_after == 5
    assert len(wechat.asked) == ATTEMPTS


def test_a_connection_that_could_not_be_made_is_tried_again() -> None:
    fake, port = FakeWeChat(), free_port()
    code = fake.log_in("oPatient")
    with ExitStack() as stack:

        async def wechat_comes_back(seconds: float) -> None:
            stack.enter_context(serving(fake, port))

        assert ask(f"http://127.0.0.1:{port}", code, pause=wechat_comes_back) == "oPatient"


def test_wechat_cannot_be_reached(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(problems.LoginUnavailable):
        ask(f"http://127.0.0.1:{free_port()}", "c")
    assert "cannot be reached" in caplog.text


ODD = {
    "cut": Fault(cut=True),
    "hang": Fault(hang=True),
    "drip": Fault(b"x" * 100, drip=0.05),
    "html": Fault(b"<html>busy</html>"),
    "empty": Fault(b""),
    "list": Fault(b"[]"),
    "number": Fault(b"1"),
    "deep": Fault(b"[" * 60_000),
    "large": Fault(b'{"openid": "o", "x": "' + b"x" * 100_000 + b'"}'),
    "not UTF-8": Fault(b'{"openid": "\xff"}'),
    "no openid": Fault(b'{"session_key": "x"}'),
    "openid is a number": Fault(b'{"openid": 1}'),
    "errcode is a list": Fault(b'{"errcode": [1]}'),
    "errcode is infinite": Fault(b'{"errcode": 1e999}'),
    "500": Fault(b'{"openid": "o"}', status=500),
    "redirect": Fault(b'{"openid": "o"}', status=302),
}


@pytest.mark.parametrize("odd", ODD)
def test_an_invalid_response_is_not_retried(
    wechat: FakeWeChat, odd: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("paishi.access.wechat._READ_S", 0.5)
    monkeypatch.setattr("paishi.access.wechat._TIMEOUT_S", 1.0)
    wechat.faults.append(ODD[odd])
    refused(wechat, problems.LoginUnavailable, wechat.log_in())
    assert len(wechat.asked) == 1


def everything(error: BaseException) -> Iterator[str]:
    """What a log could show of an error: its text, and the variables of our functions on its way."""
    assert error.__cause__ is error.__context__ is None
    yield repr([str(error), error, error.args, vars(error)])
    for frame, _ in traceback.walk_tb(error.__traceback__):
        if frame.f_globals["__name__"].startswith("paishi."):
            yield repr(frame.f_locals)


@pytest.mark.parametrize("odd", ["cut", "hang", "html", "500", "unreachable", "wrong secret"])
def test_no_secret_is_in_an_error_or_a_log(
    wechat: FakeWeChat, odd: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("paishi.access.wechat._READ_S", 0.3)
    caplog.set_level(logging.DEBUG)
    code = wechat.log_in("oSecret-user")
    wechat.faults += [ODD[odd]] if odd in ODD else []
    secret = SECRET if odd != "wrong secret" else SECRET[::-1]
    with pytest.raises(problems.Problem) as caught:
        ask(wechat.url if odd != "unreachable" else f"http://127.0.0.1:{free_port()}", code, secret)
    assert secret not in "".join(everything(caught.value))
    assert secret not in caplog.text
    assert code not in caplog.text


def test_nor_after_a_success(wechat: FakeWeChat, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    ask(wechat.url, wechat.log_in("oSecret-user"))
    logging.getLogger("httpx").info("another address: %s", "http://x/y")
    assert "another address" in caplog.text  # only what has the secret is left out
    for secret in (SECRET, "oSecret-user", "c2Vzc2lvbi1rZXk="):
        assert secret not in caplog.text
