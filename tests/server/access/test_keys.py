"""PAISHI_AUTH=key: only requests with a key are served."""

import asyncio
import itertools
import logging
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from paishi.access import key_file
from paishi.access.access import access_for
from paishi.access.key_file import CHECK_EVERY_S, KeyFile
from paishi.access.keys import find_key, hash_of, new_key, parse_stored
from paishi.settings import Misconfigured, Settings
from tests.server.access.sending import OPEN, PHOTO, ROUTES, bearing, post, problem_of
from tests.server.api.conftest import AppClient, started
from tests.server.conftest import wait_for

KEY, OTHER = f"paishi_{'k' * 43}", f"paishi_{'o' * 43}"


def line(key: str, name: str = "shop") -> str:
    return f"{name}:{hash_of(key.encode())}"


@pytest.fixture(scope="module")
def guarded() -> Iterator[AppClient]:
    with started(auth="key", keys=f"{line(KEY)}, {hash_of(OTHER.encode())}") as client:
        yield client


@pytest.fixture(scope="module")
def anybody() -> Iterator[AppClient]:
    with started() as client:
        yield client


@pytest.mark.parametrize("path", ROUTES)
def test_a_key_is_needed(guarded: AppClient, path: str) -> None:
    answer = post(guarded, path)
    assert "Authorization: Bearer" in problem_of(answer, 401, "not-authorised").detail
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("key", [KEY, OTHER])
@pytest.mark.parametrize("header", ["Authorization", "authorization: bearer", "X-API-Key"])
def test_a_valid_key_is_accepted(guarded: AppClient, key: str, header: str) -> None:
    headers = {"Authorization": bearing(key), "X-API-Key": {"X-API-Key": key}}.get(
        header, {"authorization": f"bearer  {key}"}
    )
    assert guarded.post("/predict", files={"image": PHOTO}, headers=headers).status_code == 200
    assert guarded.post("/image", files={"image": PHOTO}, headers=headers).status_code == 200


@pytest.mark.parametrize(
    "authorization",
    [
        f"Bearer {KEY[:-1]}",
        f"Bearer {KEY}x",
        f"Basic {KEY}",
        KEY,
        "Bearer",
        f"Bearer {hash_of(KEY.encode())}",
        "Bearer \xff\xfe",
        "Bearer " + "x" * 8000,
    ],
)
def test_anything_else_is_rejected(guarded: AppClient, authorization: str) -> None:
    headers = {"Authorization": authorization.encode("latin-1")}
    answer = guarded.post("/predict", files={"image": PHOTO}, headers=headers)
    problem_of(answer, 401, "not-authorised")
    assert KEY not in answer.text


@pytest.mark.parametrize("path", OPEN)
def test_other_routes_need_no_key(guarded: AppClient, path: str) -> None:
    assert guarded.get(path).status_code == 200


def test_a_picture_is_fetched_without_a_key(guarded: AppClient) -> None:
    headers = {**bearing(KEY), "Accept": "application/json"}
    url = guarded.post("/image", files={"image": PHOTO}, headers=headers).json()["url"]
    assert guarded.get(url).headers["content-type"] == "image/jpeg"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/predict%0A", 401),  # Starlette finds the route for this too
        ("/%70redict", 401),
        ("/predict?top=1", 401),
        ("/predict/", 401),
        ("/x/../predict", 401),
        ("/PREDICT", 404),
    ],
)
def test_there_is_no_way_around(guarded: AppClient, path: str, status: int) -> None:
    answer = guarded.post(path, files={"image": PHOTO}, follow_redirects=True)
    assert answer.status_code == status, answer.text


def test_the_description_requires_a_key_if_the_server_does(guarded: AppClient, anybody: AppClient) -> None:
    predict = guarded.get("/openapi.json").json()["paths"]["/predict"]["post"]
    assert predict["security"]
    assert {"401", "429"} <= set(predict["responses"])
    assert "security" not in anybody.get("/openapi.json").json()["paths"]["/predict"]["post"]


def test_no_key_is_needed_by_default(anybody: AppClient) -> None:
    assert post(anybody).status_code == 200


def test_keys_are_long_and_never_the_same() -> None:
    made = {new_key() for _ in range(1000)}
    assert len(made) == 1000
    assert min(map(len, made)) >= 43


def test_every_stored_key_is_found() -> None:
    keys = [new_key() for _ in range(5)]
    stored = [parse_stored(line(key, f"n{number}")) for number, key in enumerate(keys)]
    found = [find_key(key.encode(), stored) for key in keys]
    assert [key and key.name for key in found] == ["n0", "n1", "n2", "n3", "n4"]
    assert find_key(new_key().encode(), stored) is None
    assert find_key(b"", []) is None


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def names(file: KeyFile) -> list[str]:
    return [key.name for key in asyncio.run(file.stored())]


def test_a_key_is_revoked_without_a_restart(tmp_path: Path) -> None:
    path, clock = tmp_path / "keys", Clock()
    path.write_text(f"# ours\n\n{line(KEY, 'a')}\n{line(OTHER, 'b')}\n")
    file = KeyFile(path, clock)
    assert names(file) == ["a", "b"]
    path.write_text(line(OTHER, "b"))
    clock.now += CHECK_EVERY_S
    assert names(file) == ["b"]


def test_the_file_is_checked_once_a_second_at_most(tmp_path: Path) -> None:
    path, clock = tmp_path / "keys", Clock()
    path.write_text(line(KEY, "a"))
    file = KeyFile(path, clock)
    path.unlink()
    clock.now += CHECK_EVERY_S / 2
    assert names(file) == ["a"]


def test_a_file_that_is_replaced_is_read(tmp_path: Path) -> None:
    path, clock = tmp_path / "keys", Clock()
    path.write_text(line(KEY, "a"))
    file = KeyFile(path, clock)
    new = tmp_path / "new"
    new.write_text(line(KEY, "b"))
    kept = path.stat()
    os.utime(new, ns=(kept.st_atime_ns, kept.st_mtime_ns))
    new.replace(path)
    clock.now += CHECK_EVERY_S
    assert names(file) == ["b"]


def test_without_the_file_no_key_is_valid_until_it_is_back(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path, clock = tmp_path / "keys", Clock()
    path.write_text(line(KEY, "a"))
    file = KeyFile(path, clock)
    path.unlink()
    for _ in range(3):
        clock.now += CHECK_EVERY_S
        assert names(file) == []
    assert len(caplog.records) == 1
    path.write_text(line(KEY, "a"))
    clock.now += CHECK_EVERY_S
    assert names(file) == ["a"]


def test_an_invalid_line_is_no_key_and_is_not_quoted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path, clock = tmp_path / "keys", Clock()
    path.write_text(line(KEY, "a"))
    file = KeyFile(path, clock)
    path.write_text(f"{line(KEY, 'a')}\nb:{OTHER}\n")
    clock.now += CHECK_EVERY_S
    assert names(file) == ["a"]
    assert "digits: 2" in caplog.text
    assert OTHER not in caplog.text
    with pytest.raises(Misconfigured, match="digits: 2") as caught:
        KeyFile(path)
    assert OTHER not in str(caught.value)


@pytest.mark.parametrize("name", ["a:b", "a,b", "a\nb", "a/b", "x" * 65])
def test_invalid_names(name: str) -> None:
    with pytest.raises(ValueError, match="name:hash"):
        parse_stored(line(KEY, name))


def test_the_start_fails_without_keys() -> None:
    with pytest.raises(Misconfigured, match="key new"):
        access_for(Settings(auth="key"))


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_a_file_that_cannot_be_read_stops_the_start(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "keys").write_bytes(content)
    with pytest.raises(Misconfigured, match="PAISHI_KEYS_FILE"):
        KeyFile(tmp_path / "keys")


def test_a_server_accepts_both_and_drops_a_revoked_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr("paishi.access.key_file.CHECK_EVERY_S", 0)
    path = tmp_path / "keys"
    path.write_text(line(KEY))
    with started(auth="key", keys=line(OTHER, "other"), keys_file=str(path)) as client:
        assert post(client, **bearing(KEY)).status_code == 200
        assert post(client, **bearing(OTHER)).status_code == 200
        path.write_text("")
        problem_of(post(client, **bearing(KEY)), 401, "not-authorised")
        assert post(client, **bearing(OTHER)).status_code == 200
    assert KEY not in caplog.text
    assert OTHER not in caplog.text


def test_a_byte_order_mark_is_no_part_of_the_first_key(tmp_path: Path) -> None:
    """Windows' editors write it."""
    path = tmp_path / "keys"
    path.write_text(f"{line(KEY, 'a')}\r\n{line(OTHER, 'b')}\r\n", "utf-8-sig")
    assert names(KeyFile(path)) == ["a", "b"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_stops_the_start(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "keys")
    with pytest.raises(Misconfigured, match="no regular file"):
        KeyFile(tmp_path / "keys")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_file_that_became_a_pipe_authenticates_nobody_and_blocks_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("paishi.access.key_file.CHECK_EVERY_S", 0)
    path = tmp_path / "keys"
    path.write_text(line(KEY))
    with started(auth="key", keys_file=str(path)) as client:
        assert post(client, **bearing(KEY)).status_code == 200
        path.unlink()
        os.mkfifo(path)
        problem_of(post(client, **bearing(KEY)), 401, "not-authorised")
        assert client.get("/livez").status_code == 200


def test_a_disk_that_does_not_answer_authenticates_nobody_and_blocks_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """No test can hang a network file system, so a reader that waits stands in for it."""
    path, back, asked = tmp_path / "keys", threading.Event(), threading.Event()
    path.write_text(line(KEY))
    read_text = key_file.read_text

    def read_when_back(file: Path, most: int) -> str:
        asked.set()
        assert back.wait(60)
        return read_text(file, most)

    monkeypatch.setattr(key_file, "CHECK_EVERY_S", 0)
    with started(auth="key", keys=line(OTHER, "other"), keys_file=str(path)) as client:
        assert post(client, **bearing(KEY)).status_code == 200
        monkeypatch.setattr(key_file, "READ_WITHIN_S", 0.2)
        monkeypatch.setattr(key_file, "read_text", read_when_back)
        path.write_text(f"{line(KEY)}\n# changed\n")
        try:
            problem_of(post(client, **bearing(KEY)), 401, "not-authorised")
            assert asked.is_set()
            assert post(client, **bearing(OTHER)).status_code == 200
            assert client.get("/livez").status_code == 200
        finally:
            back.set()
        wait_for(lambda: post(client, **bearing(KEY)).status_code == 200, 30, "the disk")
    assert [record.message for record in caplog.records if "no answer within" in record.message] != []


def test_a_request_does_not_wait_for_the_reading_that_another_one_has_begun(tmp_path: Path) -> None:
    """Under a crowd each reading may be followed by the next before those that waited for it go on."""
    path = tmp_path / "keys"
    path.write_text(line(KEY))

    async def hammered() -> list[bool]:
        file = KeyFile(path, clock=itertools.count(0.0, CHECK_EVERY_S).__next__)

        async def ask() -> list[bool]:
            return [bool(await file.stored()) for _ in range(20)]

        return [found for asked in await asyncio.gather(*(ask() for _ in range(20))) for found in asked]

    assert all(asyncio.run(hammered()))


def test_a_process_that_was_stopped_knows_its_keys_when_it_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_file, "READ_WITHIN_S", 0.01)
    path = tmp_path / "keys"
    path.write_text(line(KEY))

    async def stopped() -> bool:
        file = KeyFile(path, clock=itertools.count(0.0, CHECK_EVERY_S).__next__)
        asked = asyncio.ensure_future(file.stored())
        await asyncio.sleep(0)  # the reading has begun
        time.sleep(0.1)  # noqa: ASYNC251 - for the loop as a stop of the process
        return bool(await asked)

    assert asyncio.run(stopped())
