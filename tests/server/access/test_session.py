"""PAISHI_AUTH=wechat, from the code of wx.login to a prediction."""

import logging
from collections.abc import Iterator

import jwt
import pytest

from paishi.access.access import access_for
from paishi.contract import Session
from paishi.settings import Misconfigured, Settings
from tests.server.access.fake_wechat import APPID, SECRET, FakeWeChat, Fault, serving
from tests.server.access.sending import OPEN, ROUTES, bearing, post, problem_of
from tests.server.api.conftest import AppClient, started

TOKEN_KEY = "a signing key that is long enough for it"
TAUGHT_SECRET = "another secret that is long enough for it"


@pytest.fixture(scope="module")
def wechat() -> Iterator[FakeWeChat]:
    with serving(FakeWeChat()) as fake:
        yield fake


def settings(wechat: FakeWeChat, **others: object) -> dict[str, object]:
    return {
        "auth": "wechat",
        "wechat_appid": APPID,
        "wechat_secret": SECRET,
        "wechat_url": wechat.url,
        "token_key": TOKEN_KEY,
        "taught_secret": TAUGHT_SECRET,
        **others,
    }


@pytest.fixture(scope="module")
def mini(wechat: FakeWeChat) -> Iterator[AppClient]:
    with started(**settings(wechat, logins_per_minute=0)) as client:
        yield client


def log_in(client: AppClient, wechat: FakeWeChat, openid: str = "oUser") -> Session:
    answer = client.post("/session", json={"code": wechat.log_in(openid)})
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return Session.model_validate_json(answer.content)


@pytest.mark.parametrize("path", ROUTES)
def test_from_a_code_to_an_answer(mini: AppClient, wechat: FakeWeChat, path: str) -> None:
    assert "/session" in problem_of(post(mini, path), 401, "not-authorised").detail
    session = log_in(mini, wechat)
    assert session.expires_in == 7200
    # The model of these tests has no insight, which /explain and /features answer with 409.
    assert post(mini, path, **bearing(session.token)).status_code == (
        200 if path in ("/predict", "/image") else 409
    )


@pytest.mark.parametrize("path", OPEN)
def test_other_routes_need_no_session(mini: AppClient, path: str) -> None:
    assert mini.get(path).status_code == 200


def test_a_session_expires(mini: AppClient) -> None:
    ended = jwt.encode({"sub": "s", "aud": "paishi", "iat": 1, "exp": 2}, TOKEN_KEY, "HS256")
    problem = problem_of(post(mini, **bearing(ended)), 401, "not-authorised")
    assert "wx.login" in problem.detail


def test_a_restart_without_a_key_of_its_own_ends_all_sessions(wechat: FakeWeChat) -> None:
    with started(**settings(wechat, token_key="")) as first:
        token = log_in(first, wechat).token
        assert post(first, **bearing(token)).status_code == 200
    with started(**settings(wechat, token_key="")) as second:
        problem_of(post(second, **bearing(token)), 401, "not-authorised")


def test_servers_with_the_same_key_share_sessions(mini: AppClient, wechat: FakeWeChat) -> None:
    token = log_in(mini, wechat).token
    with started(**settings(wechat)) as other:
        assert post(other, **bearing(token)).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        b"code",
        b'{"code": ""}',
        b'{"code": 1}',
        b'{"code": null}',
        b'{"code": "' + b"c" * 129 + b'"}',
        b'{"code": "c", "padding": "' + b"x" * 5000 + b'"}',
        b"[" * 3000,
        b"\xff",
        b"x" * 100_000,
    ],
    ids=lambda body: repr(body[:30]),
)
def test_a_wrong_body(mini: AppClient, wechat: FakeWeChat, body: bytes) -> None:
    before = len(wechat.asked)
    problem = problem_of(mini.post("/session", content=body), 422, "request-invalid")
    assert "code" in problem.detail
    assert len(wechat.asked) == before


def test_a_large_body_is_not_read(mini: AppClient) -> None:
    def endless() -> Iterator[bytes]:
        yield b'{"code": "c"'
        while True:
            yield b" " * 65536

    with mini.stream("POST", "/session", content=endless()) as answer:
        assert answer.status_code == 422


def test_refusals_of_wechat(mini: AppClient, wechat: FakeWeChat) -> None:
    problem_of(mini.post("/session", json={"code": "unknown"}), 400, "login-code-invalid")
    for errcode, status, code in [
        (45011, 429, "too-many-requests"),
        (40226, 403, "login-blocked"),
        (40013, 503, "login-unavailable"),
    ]:
        wechat.errcode_of(errcode)
        problem = problem_of(mini.post("/session", json={"code": "c"}), status, code)
        assert (problem.retry_after is None) == (status == 403)
    wechat.faults.append(Fault(cut=True))
    problem_of(mini.post("/session", json={"code": "c"}), 503, "login-unavailable")


def test_logins_per_minute_and_address(wechat: FakeWeChat) -> None:
    with started(**settings(wechat, logins_per_minute=2)) as client:
        before = len(wechat.asked)
        log_in(client, wechat)
        problem_of(client.post("/session", json={"code": "unknown"}), 400, "login-code-invalid")
        refused = problem_of(client.post("/session", json={"code": "c"}), 429, "too-many-requests")
        assert 0 < (refused.retry_after or 0) <= 60
        assert len(wechat.asked) == before + 2


@pytest.mark.parametrize("auth", [{}, {"auth": "key", "keys": "0" * 64}])
def test_a_server_without_sessions(auth: dict[str, str]) -> None:
    with started(**auth) as client:
        problem_of(client.post("/session", json={"code": "c"}), 404, "not-found")


def test_nothing_secret_is_logged_or_answered(
    mini: AppClient, wechat: FakeWeChat, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    code = wechat.log_in("oOpenid-of-somebody")
    answer = mini.post("/session", json={"code": code})
    post(mini, **bearing(answer.json()["token"]))
    again = mini.post("/session", json={"code": code})
    for secret in (SECRET, TOKEN_KEY, "oOpenid-of-somebody", "c2Vzc2lvbi1rZXk="):
        assert secret not in caplog.text + answer.text + again.text
    for secret in (code, answer.json()["token"]):
        assert secret not in caplog.text


@pytest.mark.parametrize(
    ("missing", "named"), [("wechat_appid", "PAISHI_WECHAT_APPID"), ("wechat_secret", "PAISHI_WECHAT_SECRET")]
)
def test_the_start_fails_without_credentials(wechat: FakeWeChat, missing: str, named: str) -> None:
    with pytest.raises(Misconfigured, match=named) as caught:
        access_for(Settings(**settings(wechat, **{missing: ""})))  # type: ignore[arg-type]
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("openid", [r"\ud800", r"oUser\udfff", r"oUser\u0000", "o用户", r"oUser\n", ""])
def test_an_openid_that_is_none_is_wechats_failure(mini: AppClient, wechat: FakeWeChat, openid: str) -> None:
    """JSON can escape half of a character, which no encoding has."""
    wechat.faults.append(Fault(f'{{"openid": "{openid}", "session_key": "k"}}'.encode()))
    problem_of(mini.post("/session", json={"code": "c"}), 503, "login-unavailable")


@pytest.mark.parametrize("code", [rb"\ud800", rb"\udc00\ud800", b"\xed\xa0\x80"])
def test_a_code_that_is_no_text_is_refused(mini: AppClient, wechat: FakeWeChat, code: bytes) -> None:
    before = len(wechat.asked)
    answer = mini.post("/session", content=b'{"code": "' + code + b'"}')
    problem_of(answer, 422, "request-invalid")
    assert len(wechat.asked) == before
