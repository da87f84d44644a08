"""PAISHI_AUTH=cloud: users as WeChat's gateway names them, in 微信云托管."""

import logging
from collections.abc import Iterator
from pathlib import Path

import jwt
import pytest

from paishi.access.access import access_for
from paishi.settings import Misconfigured, Settings
from tests.server.access.redis_server import address, running_redis
from tests.server.access.sending import GUARDED, OPEN, ROUTES, post, problem_of
from tests.server.api.conftest import AppClient, started
from tests.server.connection.raw_client import Answer, Raw, Served, serving, upload
from tests.server.teaching import teachable
from tests.server.teaching.teachable import photo

SECRET = "a secret that is long enough for both"
ANN, BOB = "oAnn-_0123456789abcdefghijkl", "oBob-_0123456789abcdefghijkl"
SOURCE = "X-WX-SOURCE: wx_client"
MEANT = {"auth": "cloud", "cloud_private": True}


def from_wechat(openid: str = ANN) -> dict[str, str]:
    """As the gateway sets them."""
    return {"X-WX-OPENID": openid, "X-WX-SOURCE": "wx_client", "X-WX-APPID": "wx0123456789abcdef"}


@pytest.fixture(scope="module")
def cloud() -> Iterator[AppClient]:
    with started(**MEANT) as client:
        yield client


@pytest.fixture(scope="module")
def service() -> Iterator[Served]:
    with serving(**MEANT) as service:
        yield service


def ask(service: Served, *headers: str) -> Answer:
    with Raw(service.port) as client:
        client.send(upload(photo(1), "/image", *headers))
        return client.answer()


@pytest.mark.parametrize("path", ROUTES)
def test_a_user_needs_no_login(cloud: AppClient, path: str) -> None:
    # The model of these tests has no insight, which /explain and /features answer with 409.
    answer = post(cloud, path, **from_wechat())
    assert answer.status_code == (200 if path in ("/predict", "/image") else 409)
    problem_of(cloud.post("/session", json={"code": "c"}), 404, "not-found")


@pytest.mark.parametrize("path", GUARDED)
def test_others_are_refused(cloud: AppClient, path: str) -> None:
    assert "callContainer" in problem_of(post(cloud, path), 401, "not-authorised").detail


@pytest.mark.parametrize("path", OPEN)
def test_other_routes_need_no_user(cloud: AppClient, path: str) -> None:
    assert cloud.get(path).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        (f"X-WX-OPENID: {ANN}", SOURCE),
        (f"x-wx-openid: {ANN}", SOURCE.lower()),
        (f"X-WX-OPENID:   {ANN}  ", SOURCE),
        ("X-WX-OPENID: " + "o" * 128, SOURCE),
    ],
)
def test_the_gateways_headers_are_taken(service: Served, headers: tuple[str, ...]) -> None:
    assert ask(service, *headers).status == 200


@pytest.mark.parametrize(
    "headers",
    {
        "no source": (f"X-WX-OPENID: {ANN}",),
        "an empty source": (f"X-WX-OPENID: {ANN}", "X-WX-SOURCE: "),
        "two sources": (f"X-WX-OPENID: {ANN}", SOURCE, SOURCE),
        "the source alone": (SOURCE,),
        "an empty openid": ("X-WX-OPENID: ", SOURCE),
        "two openids": (f"X-WX-OPENID: {ANN}", f"X-WX-OPENID: {BOB}", SOURCE),
        "the same twice": (f"X-WX-OPENID: {ANN}", f"X-Wx-OpenId: {ANN}", SOURCE),
        "an empty one first": ("X-WX-OPENID:", f"X-WX-OPENID: {ANN}", SOURCE),
        "a list": (f"X-WX-OPENID: {ANN}, {BOB}", SOURCE),
        "too long": ("X-WX-OPENID: " + "o" * 129, SOURCE),
        "other letters": ("X-WX-OPENID: o用户", SOURCE),
        "a path": ("X-WX-OPENID: ../oAnn", SOURCE),
        "a tab": ("X-WX-OPENID: oAnn\tx", SOURCE),
        "underscores": (f"X_WX_OPENID: {ANN}", SOURCE),
        "another mini-program": (f"X-WX-FROM-OPENID: {ANN}", SOURCE),
        "a token": ("Authorization: Bearer oAnn", SOURCE),
    }.items(),
    ids=lambda named: named[0],
)
def test_what_is_no_openid_of_the_gateway_is_refused(
    service: Served, headers: tuple[str, tuple[str, ...]]
) -> None:
    problem = ask(service, *headers[1]).problem()
    assert (problem.status, problem.code) == (401, "not-authorised")
    assert "mini-program" in problem.detail
    assert ANN not in problem.detail


@pytest.mark.parametrize("end", ["\0", "\n x", "\r", "\x1b", "\x7f"])
def test_control_characters_are_no_request(service: Served, end: str) -> None:
    answer = ask(service, f"X-WX-OPENID: {ANN}{end}", SOURCE)
    assert answer.status in (400, 401), answer


def test_a_name_that_a_client_continues_on_another_line_is_refused(service: Served) -> None:
    """RFC 9112, section 5.2: the parser joins the lines with a space."""
    assert ask(service, "X-WX-OPENID: oAnn", " -more", SOURCE).status in (400, 401)


def test_limits_are_each_users() -> None:
    with started(**MEANT, uploads_per_minute=2) as client:
        for openid in (ANN, BOB):
            statuses = [post(client, **from_wechat(openid)).status_code for _ in range(3)]
            assert statuses == [200, 200, 429]


def test_servers_count_users_together(tmp_path: Path) -> None:
    with running_redis(tmp_path / "redis") as port:
        settings = {**MEANT, "rates": address(port), "uploads_per_minute": 1, "token_key": SECRET}
        with started(**settings) as one, started(**settings) as two:
            assert post(one, **from_wechat(ANN)).status_code == 200
            problem_of(post(two, **from_wechat(ANN)), 429, "too-many-requests")
            assert post(two, **from_wechat(BOB)).status_code == 200


def teaching(folder: Path) -> dict[str, object]:
    return {**MEANT, "taught": str(folder / "taught"), "taught_secret": SECRET}


def test_taught_things_are_each_users(tmp_path: Path) -> None:
    def things(client: AppClient, openid: str) -> list[str]:
        answer = client.get("/taught", headers=from_wechat(openid))
        return [thing["name"] for thing in answer.json()["things"]]

    with started(teachable.load(), **teaching(tmp_path)) as client:
        sent = {"files": {"image": photo(1)}, "data": {"name": "pot"}}
        answer = client.post("/taught", headers=from_wechat(ANN), **sent)  # type: ignore[arg-type]
        assert answer.status_code == 200, answer.text
        assert things(client, ANN) == ["pot"]
        assert things(client, BOB) == []
        problem_of(client.get("/taught"), 401, "not-authorised")
        thing = answer.json()["thing"]["id"]
        problem_of(client.delete(f"/taught/{thing}", headers=from_wechat(BOB)), 404, "not-found")
    with started(teachable.load(), **teaching(tmp_path)) as client:  # another key for limits, the same secret
        assert things(client, ANN) == ["pot"]
    [owner] = [path.name for path in (tmp_path / "taught").iterdir() if path.name[0] != "."]
    assert len(owner) == 32
    assert not any(ANN in str(path) for path in tmp_path.rglob("*"))


def test_users_of_another_way_of_login_keep_their_things(tmp_path: Path) -> None:
    """WeChat gives the same openid, so with the same secret the same pseudonym."""
    by_login = access_for(
        Settings(auth="wechat", wechat_appid="wx1", wechat_secret="s", token_key=SECRET, taught_secret=SECRET)  # type: ignore[arg-type]
    )
    assert by_login.login is not None
    token = by_login.login.tokens.issue(ANN)
    owner = jwt.decode(token, SECRET, ["HS256"], audience="paishi")["own"]
    with started(teachable.load(), **teaching(tmp_path)) as client:
        client.post(
            "/taught", headers=from_wechat(ANN), files={"image": photo(1)}, data={"name": "pot"}
        ).raise_for_status()
    assert (tmp_path / "taught" / owner).is_dir()


def test_without_a_secret_nobody_is_taught(tmp_path: Path) -> None:
    with started(teachable.load(), **MEANT, taught=str(tmp_path / "taught")) as client:
        sent = client.post("/taught", headers=from_wechat(), files={"image": photo(1)}, data={"name": "pot"})
        problem_of(sent, 403, "teaching-off")


def test_no_openid_is_logged(cloud: AppClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    answers = [post(cloud, **from_wechat()), post(cloud, **from_wechat(f"{ANN}.{ANN}"))]
    assert ANN not in caplog.text + "".join(str(record.__dict__) for record in caplog.records)
    assert not any(ANN in answer.text for answer in answers)


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"cloud_private": False}, "PAISHI_CLOUD_PRIVATE=true"),
        ({"rates": "redis://127.0.0.1:1/0", "uploads_per_minute": 1}, "PAISHI_TOKEN_KEY"),
        ({"teachers": "users"}, "PAISHI_TAUGHT_SECRET"),
    ],
)
def test_the_start_fails_without_what_it_relies_on(settings: dict[str, object], named: str) -> None:
    with pytest.raises(Misconfigured, match=named):
        access_for(Settings(**{**MEANT, **settings}))  # type: ignore[arg-type]
