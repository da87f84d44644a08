"""Teaching over HTTP: photos, names, whose they are, undo, and what is refused."""

import io
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from paishi.contract import (
    Predictions,
    Ready,
    Session,
    Taught,
    TaughtChanged,
    TaughtRemoved,
    TaughtThings,
)
from paishi.recognition.recogniser import Recogniser
from paishi.settings import Misconfigured
from tests.server.access.fake_wechat import APPID, SECRET, FakeWeChat
from tests.server.access.fake_wechat import serving as serving_wechat
from tests.server.access.sending import bearing, problem_of
from tests.server.access.test_keys import line
from tests.server.api.conftest import AppClient, load_brightness, started
from tests.server.api.test_image import with_gps
from tests.server.conftest import wait_for
from tests.server.pictures import file_of, noise
from tests.server.teaching import teachable
from tests.server.teaching.teachable import photo

ANN, BOB = "paishi_ann", "paishi_bob"
KEYS = ",".join(line(key, key) for key in (ANN, BOB))


def keyed(folder: Path, load: Any = None, **settings: object) -> Any:
    """A server for the holders of two keys."""
    return started(load or teachable.load(), auth="key", keys=KEYS, taught=str(folder / "taught"), **settings)


def open_to_all(folder: Path, load: Any = None, **settings: object) -> Any:
    """A server with one common book."""
    return started(load or teachable.load(), teachers="everybody", taught=str(folder / "taught"), **settings)


@pytest.fixture
def client(tmp_path: Path) -> Iterator[AppClient]:
    with keyed(tmp_path) as client:
        yield client


def send(
    client: httpx.Client, name: str, thing: int, view: int = 0, key: str = ANN, **fields: str
) -> httpx.Response:
    return client.post(
        "/taught",
        files={"image": photo(thing, view)},
        data={"name": name, **fields},
        headers=bearing(key),
    )


def teach(
    client: httpx.Client, name: str, thing: int, view: int = 0, key: str = ANN, **fields: str
) -> Taught:
    answer = send(client, name, thing, view, key, **fields)
    assert answer.status_code == 200, answer.text
    return Taught.model_validate_json(answer.content)


def things(client: httpx.Client, key: str = ANN) -> dict[str, int]:
    answer = client.get("/taught", headers=bearing(key))
    assert answer.status_code == 200, answer.text
    return {thing.name: thing.count for thing in TaughtThings.model_validate_json(answer.content).things}


def first(client: httpx.Client, thing: int, view: int = 9, key: str = ANN, **query: str) -> Any:
    """The first prediction for a photo of `thing`."""
    answer = client.post("/predict", files={"image": photo(thing, view)}, headers=bearing(key), params=query)
    assert answer.status_code == 200, answer.text
    return Predictions.model_validate_json(answer.content).predictions[0]


def test_the_next_photo_is_recognised(client: AppClient) -> None:
    before = first(client, 1, view=0)
    assert before.taught is None
    taught = teach(client, "外婆的茶壶", 1, lang="zh")
    assert (taught.photo, taught.thing.count, taught.thing.photos) == (1, 1, [1])
    assert (taught.thing.lang, taught.thing.enough, taught.thing.ready) == ("zh", False, True)
    assert (taught.seen_as.id, taught.seen_as.taught, taught.is_class) == (before.id, None, False)
    for view in (1, 2):
        taught = teach(client, "外婆的茶壶", 1, view)
    assert taught.thing.enough
    assert taught.seen_as.id == taught.thing.id
    found = first(client, 1)
    assert (found.id, found.label, found.taught) == (taught.thing.id, "外婆的茶壶", True)
    assert found.name.zh == found.name.en == "外婆的茶壶"
    assert first(client, 2).taught is None
    assert first(client, 1, taught="off").taught is None


def test_answers_leave_out_what_does_not_apply(client: AppClient) -> None:
    thing = send(client, "pot", 1).json()["thing"]
    assert thing.keys() == {"id", "name", "photos", "count", "enough", "ready"}
    prediction = client.post("/predict", files={"image": photo(2)}, headers=bearing(ANN)).json()
    assert "taught" not in prediction["predictions"][0]
    assert client.delete("/taught", headers=bearing(ANN)).json().keys() == {"success", "request_id"}


def test_a_photo_as_the_whole_body(client: AppClient) -> None:
    headers = {**bearing(ANN), "Content-Type": "image/png"}
    answer = client.post("/taught", content=photo(1), headers=headers, params={"name": "茶壶", "lang": "zh"})
    assert answer.status_code == 200, answer.text
    assert things(client) == {"茶壶": 1}


def test_a_name_of_a_class_is_allowed(client: AppClient) -> None:
    assert teach(client, "Beagle", 1).is_class
    assert not teach(client, "my beagle", 2).is_class


def test_advice_to_train_from_twenty_photos(client: AppClient) -> None:
    for view in range(20):
        taught = teach(client, "pot", 1, view)
        assert taught.thing.advice == ("train" if view == 19 else None)


def test_photos_are_small_and_have_no_metadata(client: AppClient, tmp_path: Path) -> None:
    for name, data in (("gps", with_gps()), ("large", file_of(noise(3000, 2000)))):
        answer = client.post(
            "/taught", files={"image": data}, data={"name": name, "force": "true"}, headers=bearing(ANN)
        )
        assert answer.status_code == 200, answer.text
    files = [file.read_bytes() for file in tmp_path.rglob("*.jpg")]
    pictures = [Image.open(io.BytesIO(file)) for file in files]
    assert sorted(picture.size for picture in pictures) == [(32, 64), (1024, 683)]
    assert not any(picture.getexif() for picture in pictures)
    assert not any(b"PhoneMaker" in file for file in files)
    thing_id = answer.json()["thing"]["id"]
    cover = client.get(f"/taught/{thing_id}/photos/1", headers=bearing(ANN))
    assert cover.headers["content-type"] == "image/jpeg"
    assert "no-store" in cover.headers["cache-control"]
    assert Image.open(io.BytesIO(cover.content)).size == (320, 214)
    head = client.head(f"/taught/{thing_id}/photos/1", headers=bearing(ANN))
    assert (head.status_code, head.content) == (200, b"")


def test_nobody_sees_anothers(client: AppClient) -> None:
    teach(client, "pan", 3, key=BOB)
    taught = teach(client, "pot", 1)
    undo = TaughtRemoved.model_validate_json(
        client.delete(f"/taught/{teach(client, 'cup', 2).thing.id}", headers=bearing(ANN)).content
    ).undo
    assert first(client, 1, key=BOB).taught is None
    assert things(client, BOB) == {"pan": 1}
    path = f"/taught/{taught.thing.id}"
    for answer in (
        client.get(f"{path}/photos/1", headers=bearing(BOB)),
        client.patch(path, json={"name": "mine"}, headers=bearing(BOB)),
        client.delete(path, headers=bearing(BOB)),
        client.delete(f"{path}/photos/1", headers=bearing(BOB)),
        client.post("/taught/undo", json={"undo": undo}, headers=bearing(BOB)),
        client.post(
            "/explain",
            files={"image": photo(1)},
            data={"label": taught.thing.id},
            headers=bearing(BOB),
        ),
    ):
        # This model has no insight, which /explain of one's own thing says as well.
        assert answer.status_code == (409 if answer.request.url.path == "/explain" else 404), answer.text
    assert things(client) == {"pot": 1}


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_without_a_key(client: AppClient, method: str) -> None:
    problem_of(client.request(method, "/taught"), 401, "not-authorised")
    problem_of(client.get("/taught/taught:0123456789abcdef/photos/1"), 401, "not-authorised")


def test_deletions_are_undone(client: AppClient) -> None:
    taught = teach(client, "pot", 1)
    teach(client, "pot", 1, 1)
    path = f"/taught/{taught.thing.id}"

    def undone(answer: httpx.Response) -> TaughtChanged:
        removed = TaughtRemoved.model_validate_json(answer.content)
        assert removed.expires_in == 600
        restored = client.post("/taught/undo", json={"undo": removed.undo}, headers=bearing(ANN))
        return TaughtChanged.model_validate_json(restored.content)

    one = client.delete(f"{path}/photos/1", headers=bearing(ANN))
    assert things(client) == {"pot": 1}
    assert undone(one).thing.photos == [1, 2]
    whole = client.delete(path, headers=bearing(ANN))
    assert things(client) == {}
    assert first(client, 1).taught is None
    assert undone(whole).thing.ready
    assert first(client, 1).taught
    problem_of(client.post("/taught/undo", json={"undo": "x"}, headers=bearing(ANN)), 404, "not-found")


def test_everything_is_deleted_at_once(client: AppClient, tmp_path: Path) -> None:
    teach(client, "pan", 3, key=BOB)
    client.delete(f"/taught/{teach(client, 'cup', 2).thing.id}", headers=bearing(ANN))
    teach(client, "pot", 1)
    before = {path.name for path in (tmp_path / "taught").iterdir()}
    assert client.delete("/taught", headers=bearing(ANN)).status_code == 200
    assert things(client) == {}
    assert first(client, 1).taught is None
    assert things(client, BOB) == {"pan": 1}
    assert len(before - {path.name for path in (tmp_path / "taught").iterdir()}) == 1


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_names(client: AppClient, method: str) -> None:
    pot, cup = teach(client, "pot", 1).thing, teach(client, "cup", 2).thing

    def renamed(body: object, thing_id: str = pot.id) -> httpx.Response:
        return client.request(method, f"/taught/{thing_id}", json=body, headers=bearing(ANN))

    assert TaughtChanged.model_validate_json(renamed({"name": "teapot"}).content).thing.name == "teapot"
    assert first(client, 1).label == "teapot"
    problem = problem_of(renamed({"name": "Cup"}), 409, "taught-name-exists")
    assert problem.other
    assert (problem.other.id, problem.other.name) == (cup.id, "cup")
    joined = TaughtChanged.model_validate_json(renamed({"name": "cup", "merge": True}).content).thing
    assert (joined.id, joined.count, joined.photos) == (cup.id, 2, [1, 2])
    assert things(client) == {"cup": 2}
    problem_of(renamed({"name": "x"}), 404, "not-found")
    for body in ({"name": "!"}, {"name": "x" * 61}, {}, {"name": 1}, []):
        problem_of(renamed(body, cup.id), 422, "request-invalid")


@pytest.mark.parametrize("name", ["", "?!", "x" * 61, "x" * 201, "猫" * 61])
def test_names_that_are_refused(client: AppClient, name: str) -> None:
    assert problem_of(send(client, name, 1), 422, "request-invalid").detail.startswith("name: ")
    assert things(client) == {}


def test_sixty_emoji_and_a_letter(client: AppClient) -> None:
    name = "a" + "👨‍👩‍👧" * 30
    assert teach(client, name, 1).thing.name == name


def test_what_is_asked_back(client: AppClient) -> None:
    pot = teach(client, "pot", 1).thing
    problem_of(send(client, "POT", 1), 409, "taught-before")
    problem = problem_of(send(client, "cup", 1, 1), 409, "taught-looks-like-other")
    assert problem.other
    assert (problem.other.id, problem.other.name) == (pot.id, "pot")
    assert send(client, "cup", 1, 1, force="true").status_code == 200
    problem_of(send(client, "cup", 1, 2, lang="fr"), 422, "request-invalid")
    answer = client.post("/taught", files={"image": b"no photo"}, data={"name": "pan"}, headers=bearing(ANN))
    assert answer.status_code == 415
    assert things(client) == {"pot": 1, "cup": 1}


def test_limits(tmp_path: Path) -> None:
    with keyed(tmp_path, taught_things=2, taught_photos=2) as client:
        limits = client.get("/taught", headers=bearing(ANN)).json()["limits"]
        assert limits == {"things": 2, "photos": 2}
        for view in range(2):
            teach(client, "pot", 1, view)
        problem_of(send(client, "pot", 1, 2), 409, "taught-full")
        teach(client, "cup", 2)
        problem_of(send(client, "pan", 3), 409, "taught-full")
        teach(client, "pan", 3, key=BOB)


def test_a_full_store(tmp_path: Path) -> None:
    with keyed(tmp_path, taught_mb=0.01) as client:
        answer = send(client, "pot", 1)
        assert problem_of(answer, 503, "taught-full").retry_after


def test_a_rate_of_its_own(tmp_path: Path) -> None:
    with keyed(tmp_path, taught_per_minute=2) as client:
        pot = teach(client, "pot", 1).thing
        assert client.patch(f"/taught/{pot.id}", json={"name": "x"}, headers=bearing(ANN)).status_code == 200
        problem_of(send(client, "pot", 1, 1), 429, "too-many-requests")
        assert first(client, 1).taught
        assert client.delete("/taught", headers=bearing(ANN)).status_code == 200
        teach(client, "pot", 1, key=BOB)


def test_what_brings_no_photo_is_no_upload(tmp_path: Path) -> None:
    with keyed(tmp_path, uploads_per_minute=1) as client:
        pot = teach(client, "pot", 1).thing
        for _ in range(3):
            assert things(client) == {"pot": 1}
        assert client.delete(f"/taught/{pot.id}", headers=bearing(ANN)).status_code == 200
        problem_of(send(client, "pot", 1, 1), 429, "too-many-requests")


@pytest.mark.parametrize(
    "settings",
    [{}, {"teachers": "users"}, {"teachers": "nobody", "auth": "key", "keys": KEYS}],
    ids=["default", "users", "nobody"],
)
def test_teaching_is_off(tmp_path: Path, settings: dict[str, object]) -> None:
    with started(teachable.load(), taught=str(tmp_path / "taught"), **settings) as client:
        problem_of(send(client, "pot", 1), 403, "teaching-off")
        for method, path in (("GET", ""), ("DELETE", ""), ("PATCH", "/x"), ("POST", "/undo")):
            answer = client.request(method, f"/taught{path}", json={}, headers=bearing(ANN))
            problem_of(answer, 403, "teaching-off")
        assert "teaching" not in client.get("/readyz").json()
        assert first(client, 1).taught is None
        assert client.services.book is None
    assert not (tmp_path / "taught").exists()


def test_a_common_book(tmp_path: Path) -> None:
    with open_to_all(tmp_path) as client:
        assert Ready.model_validate_json(client.get("/readyz").content).teaching
        teach(client, "pot", 1)
        assert first(client, 1, key=BOB).taught  # a key that nobody asks for
    assert [path.name for path in (tmp_path / "taught").iterdir() if path.name[0] != "."] == ["common"]


def test_a_model_that_cannot_be_taught(tmp_path: Path) -> None:
    with keyed(tmp_path, load_brightness) as client:
        problem_of(send(client, "pot", 1), 409, "not-teachable")
        assert "teaching" not in client.get("/readyz").json()
        assert things(client) == {}


def test_a_restart_keeps_everything(tmp_path: Path) -> None:
    with keyed(tmp_path) as client:
        pot = teach(client, "pot", 1).thing
    with keyed(tmp_path) as client:
        assert first(client, 1).id == pot.id


def test_another_server_sees_a_change(tmp_path: Path) -> None:
    with keyed(tmp_path) as one, keyed(tmp_path) as other:
        assert first(other, 1).taught is None
        pot = teach(one, "pot", 1).thing
        wait_for(lambda: bool(first(other, 1).taught), 20, "the other server")
        assert other.delete(f"/taught/{pot.id}", headers=bearing(ANN)).status_code == 200
        wait_for(lambda: not first(one, 1).taught, 20, "the first server")


def test_another_model_learns_the_kept_photos_anew(tmp_path: Path) -> None:
    with keyed(tmp_path) as client:
        for view in range(3):
            teach(client, "pot", 1, view)
    with keyed(tmp_path, teachable.load("another")) as client:
        assert client.get("/taught", headers=bearing(ANN)).json()["things"][0]["ready"] is False

        def is_ready() -> bool:
            return bool(client.get("/taught", headers=bearing(ANN)).json()["things"][0]["ready"])

        wait_for(is_ready, 60, "the photos to be learned")
        assert first(client, 1).taught


def test_vectors_alone_are_of_no_use_to_another_model(tmp_path: Path) -> None:
    with keyed(tmp_path, taught_keep="vectors") as client:
        taught = teach(client, "pot", 1)
        assert (taught.thing.photos, taught.thing.count) == ([], 1)
        assert first(client, 1).taught
        answer = client.get(f"/taught/{taught.thing.id}/photos/1", headers=bearing(ANN))
        problem_of(answer, 404, "not-found")
    assert not list(tmp_path.rglob("*.jpg"))
    with keyed(tmp_path, teachable.load("another"), taught_keep="vectors") as client:
        [thing] = client.get("/taught", headers=bearing(ANN)).json()["things"]
        assert (thing["ready"], thing["count"]) == (False, 1)
        assert first(client, 1).taught is None


def test_two_users_hammering_at_once(tmp_path: Path) -> None:
    """Nothing is lost, and nobody's things are in another's answers."""
    with keyed(tmp_path, taught_per_minute=0) as client:
        teach(client, "ann", 1)
        teach(client, "bob", 2, key=BOB)

        def hammer(key: str, name: str, own: int, others: int, at: int) -> None:
            with httpx.Client(base_url=client.base_url, timeout=60, trust_env=False) as mine:
                for view in range(5 * at + 1, 5 * at + 6):
                    teach(mine, name, own, view, key)
                    assert first(mine, own, 100 + view, key).label == name
                    assert first(mine, others, 100 + view, key).taught is None
                    assert set(things(mine, key)) == {name}

        with ThreadPoolExecutor(8) as pool:
            running = [pool.submit(hammer, ANN, "ann", 1, 2, at) for at in range(4)]
            running += [pool.submit(hammer, BOB, "bob", 2, 1, at) for at in range(4)]
            for one in running:
                one.result()
        assert things(client) == {"ann": 21}
        assert things(client, BOB) == {"bob": 21}


def test_counts_without_names(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", logger="paishi")
    with keyed(tmp_path) as client:
        pot = teach(client, "外婆的茶壶", 1).thing
        first(client, 1)
        client.delete(f"/taught/{pot.id}", headers=bearing(ANN))
        value = client.services.metrics.registry.get_sample_value
        for event in ("taught", "recognised", "forgotten"):
            assert value("paishi_taught_total", {"event": event}) == 1
        assert (value("paishi_taught_bytes") or 0) > 0
        text = client.get("/metrics").text
    assert "茶壶" not in text
    logged = " ".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records)
    assert "茶壶" not in logged
    assert ANN not in logged


# Users of WeChat


@pytest.fixture(scope="module")
def wechat() -> Iterator[FakeWeChat]:
    with serving_wechat(FakeWeChat()) as fake:
        yield fake


def mini(wechat: FakeWeChat, folder: Path, **settings: object) -> Any:
    return started(
        teachable.load(),
        **{
            "auth": "wechat",
            "wechat_appid": APPID,
            "wechat_secret": SECRET,
            "wechat_url": wechat.url,
            "taught": str(folder / "taught"),
            "taught_secret": "s" * 32,
            "logins_per_minute": 0,
            **settings,
        },
    )


def log_in(client: AppClient, wechat: FakeWeChat, openid: str) -> str:
    answer = client.post("/session", json={"code": wechat.log_in(openid)})
    return Session.model_validate_json(answer.content).token


def test_a_user_finds_their_things_after_a_restart_with_another_key(
    wechat: FakeWeChat, tmp_path: Path
) -> None:
    """Without PAISHI_TOKEN_KEY, sessions have a new one at each start."""
    with mini(wechat, tmp_path) as client:
        teach(client, "pot", 1, key=log_in(client, wechat, "oAnn"))
    with mini(wechat, tmp_path) as client:
        assert things(client, log_in(client, wechat, "oAnn")) == {"pot": 1}
        assert things(client, log_in(client, wechat, "oBob")) == {}
    [owner] = [path.name for path in (tmp_path / "taught").iterdir() if path.name[0] != "."]
    assert "oAnn" not in owner
    assert len(owner) == 32


def test_a_session_from_before_teaching_logs_in_again(wechat: FakeWeChat, tmp_path: Path) -> None:
    key = "t" * 32
    with mini(wechat, tmp_path, teachers="nobody", taught_secret="", token_key=key) as client:
        token = log_in(client, wechat, "oAnn")
    with mini(wechat, tmp_path, token_key=key) as client:
        assert first(client, 1, key=token).taught is None
        assert "Log in again" in problem_of(send(client, "pot", 1, key=token), 401, "not-authorised").detail


def test_users_of_wechat_cannot_be_taught_without_a_secret(wechat: FakeWeChat, tmp_path: Path) -> None:
    with (
        pytest.raises(Misconfigured, match="PAISHI_TEACHERS=users needs PAISHI_TAUGHT_SECRET"),
        mini(wechat, tmp_path, taught_secret="", teachers="users"),
    ):
        pass
    key = "t" * 32
    for settings in ({}, {"teachers": "nobody"}):
        with mini(wechat, tmp_path, taught_secret="", token_key=key, **settings) as client:
            token = log_in(client, wechat, "oAnn")
            assert "teaching" not in client.get("/readyz").json()
            problem_of(send(client, "pot", 1, key=token), 403, "teaching-off")


def test_a_model_is_replaced_while_the_server_runs(tmp_path: Path) -> None:
    def load_stopping(on_progress: object) -> Recogniser:
        return replace(teachable.recogniser("one"))

    with keyed(tmp_path, load_stopping) as client:
        teach(client, "pot", 1)
        services = client.services
        space = teachable.recogniser("two")
        services.recognition._serve(space)
        until = time.monotonic() + 60
        while not first(client, 1).taught:
            assert time.monotonic() < until
            time.sleep(0.1)
