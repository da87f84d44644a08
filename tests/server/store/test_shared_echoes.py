"""Pictures that one server put are fetched from another; expired and surplus ones are deleted."""

import asyncio
import io
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PIL import Image

from paishi.problems.kinds import StoreUnavailable
from paishi.settings import Misconfigured
from paishi.store.folder import Folder, space_of
from paishi.store.shared_echoes import SharedEchoes
from tests.server.api.conftest import started
from tests.server.cli.command import assert_one_sentence, run
from tests.server.conftest import free_port
from tests.server.pictures import file_of, noise
from tests.server.store.clock import Clock

SPACE = space_of(4)
JSON = {"Accept": "application/json"}


@pytest.fixture(params=["a folder", "memory://"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Two of fsspec's file systems: this machine's, and one that stores objects."""
    return str(tmp_path / "echoes") if request.param == "a folder" else f"memory://{tmp_path.name}"


@pytest.fixture
def clock() -> Clock:
    return Clock()


def names(address: str) -> list[str]:
    return [stored.name for stored in Folder(address).all()]


def test_another_server_has_it(address: str, clock: Clock) -> None:
    one, other = (SharedEchoes(Folder(address), 100_000, 10, clock) for _ in range(2))
    key = asyncio.run(one.put(b"abc"))
    assert asyncio.run(other.get(key)) == b"abc"
    assert (one.size, one.pictures) == (space_of(3), 1)
    clock.now += 9
    assert asyncio.run(other.get(key)) == b"abc"
    clock.now += 2.1
    assert asyncio.run(other.get(key)) is None


def test_a_put_sweeps_expired_pictures(address: str, clock: Clock) -> None:
    one, other = (SharedEchoes(Folder(address), 100_000, 10, clock) for _ in range(2))
    asyncio.run(one.put(b"abc"))
    clock.now += 60
    key = asyncio.run(other.put(b"defg"))
    assert names(address) == [f"{key}.jpg"]
    assert (other.size, other.pictures) == (space_of(4), 1)


def test_surplus_pictures_are_deleted_oldest_first(address: str, clock: Clock) -> None:
    store = SharedEchoes(Folder(address), int(2.5 * SPACE), 100, clock)
    keys = []
    for _ in range(4):
        keys.append(asyncio.run(store.put(bytes(4))))
        clock.now += 1
    assert [asyncio.run(store.get(key)) is not None for key in keys] == [False, False, True, True]
    large = asyncio.run(store.put(bytes(10 * SPACE)))
    assert names(address) == [f"{large}.jpg"]


def test_a_full_store_is_not_listed_for_every_picture(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = []
    list_all = Folder.all
    monkeypatch.setattr(Folder, "all", lambda folder: listed.append(1) or list_all(folder))
    store = SharedEchoes(Folder(str(tmp_path)), 100 * SPACE, 1000, clock)
    for _ in range(200):
        asyncio.run(store.put(bytes(4)))
        clock.now += 1  # keys begin with the second, and decide which is the oldest
    assert store.pictures <= 100
    assert len(listed) < 20


def test_small_pictures_do_not_take_more_disk_than_the_bound(tmp_path: Path, clock: Clock) -> None:
    store = SharedEchoes(Folder(str(tmp_path)), 200_000, 1000, clock)
    for _ in range(60):
        asyncio.run(store.put(bytes(600)))
    assert sum(file.stat().st_blocks * 512 for file in tmp_path.iterdir()) <= 200_000


@pytest.mark.parametrize("key", ["", "../secret", "6b49d200-../../../etc/passwd", "0" * 40, "6b49d200-x"])
def test_only_keys_lead_to_files(address: str, clock: Clock, key: str) -> None:
    Folder(address).write("secret.jpg", b"not for you")
    assert asyncio.run(SharedEchoes(Folder(address), 100_000, 10, clock).get(key)) is None


def test_files_of_others_stay(address: str, clock: Clock) -> None:
    Folder(address).write("holiday.jpg", b"mine")
    store = SharedEchoes(Folder(address), SPACE, 10, clock)
    for _ in range(5):
        asyncio.run(store.put(bytes(8)))
        clock.now += 40
    assert "holiday.jpg" in names(address)


def test_a_folder_that_cannot_be_written(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "file").write_bytes(b"")
    store = SharedEchoes(Folder(str(tmp_path / "file" / "echoes")), 100, 10, clock)
    with pytest.raises(StoreUnavailable):
        asyncio.run(store.put(b"abc"))


def test_two_servers_share_one(tmp_path: Path) -> None:
    store = str(tmp_path / "echoes")
    with started(store=store) as one, started(store=store) as other:
        body = one.post("/image", files={"image": file_of(noise(40, 30))}, headers=JSON).json()
        fetched = other.get(urlsplit(body["url"]).path)
    assert fetched.headers["content-type"] == "image/jpeg"
    assert Image.open(io.BytesIO(fetched.content)).size == (body["width"], body["height"])


def test_a_store_that_fails_is_a_503(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with started(store=str(tmp_path / "file" / "echoes")) as client:
        answer = client.post("/image", files={"image": file_of(noise())}, headers=JSON)
        assert (answer.status_code, answer.json()["code"]) == (503, "store-unavailable")
        assert int(answer.headers["Retry-After"]) == answer.json()["retry_after"]
        assert str(tmp_path) not in answer.text


@pytest.mark.parametrize("address", ["s3://bucket/echoes", "nowhere://bucket"])
def test_an_invalid_address_ends_the_start(address: str, tmp_path: Path) -> None:
    with pytest.raises(Misconfigured):
        Folder(address)
    done = run(
        "serve",
        PAISHI_STORE=address,
        PAISHI_PORT=str(free_port()),
        PAISHI_HOST="127.0.0.1",
        KERAS_HOME=str(tmp_path),
    )
    assert_one_sentence(done)
    assert address in done.stderr
