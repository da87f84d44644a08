"""The store of taught things: whole, shared by servers, and gone to the last byte once nothing is undone."""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import numpy as np
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from paishi.photo.difference_hash import difference_hash
from paishi.problems.kinds import (
    NotFound,
    StoreUnavailable,
    TaughtBefore,
    TaughtFull,
    TaughtLooksLikeOther,
    TaughtNameExists,
    TaughtStoreFull,
)
from paishi.store.folder import Folder
from paishi.teaching import book as book_module
from paishi.teaching import files as files_module
from paishi.teaching.book import Book
from paishi.teaching.files import TaughtFiles
from paishi.teaching.rules import Learned, Limits, NewPhoto
from paishi.teaching.space import Seen, Space
from paishi.teaching.things import UNDO_S
from tests.server.store.clock import Clock
from tests.server.teaching import teachable

SPACE, OTHER = teachable.space("one", 8), teachable.space("another", 8)
ANN, BOB = "a" * 32, "b" * 32
MANY = Limits(50, 30, 100_000_000)


@pytest.fixture(params=["a folder", "memory://"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Two of fsspec's file systems: this machine's, and one that stores objects."""
    return str(tmp_path / "taught") if request.param == "a folder" else f"memory://{tmp_path.name}"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def always(monkeypatch: pytest.MonkeyPatch) -> None:
    """A book looks at its store whenever it is asked."""
    monkeypatch.setattr(book_module, "_POLL_S", 0)


def opened(address: str, clock: Callable[[], float], limits: Limits = MANY) -> Book:
    return Book(TaughtFiles(Folder(address)), limits, clock)


def names(address: str) -> list[str]:
    return [stored.name for stored in Folder(address).all() if not stored.name.startswith(".locks/")]


def content(address: str) -> bytes:
    """Everything in the store."""
    return b"".join(Folder(address).read(name) or b"" for name in names(address))


def seen(thing: int, view: int = 0) -> Seen:
    near = np.eye(8, dtype=np.float32)[thing] + 0.05 * np.random.default_rng(view).random(8, np.float32)
    return Seen(np.ones(1, np.float32), near / np.linalg.norm(near))


def new(thing: int, view: int = 0, picture: bytes | None = b"jpeg") -> NewPhoto:
    data = teachable.photo(thing, view)
    hash = difference_hash(teachable.picture(thing, view))
    what = seen(thing, view)
    return NewPhoto(hashlib.sha256(data).hexdigest(), hash, picture, what, SPACE.example(what))


async def teach(
    book: Book, name: str, thing: int, view: int = 0, owner: str = ANN, **others: object
) -> Learned:
    return await book.teach(owner, SPACE, name, None, new(thing, view), **others)  # type: ignore[arg-type]


async def named(book: Book, owner: str = ANN, space: Space = SPACE) -> dict[str, int]:
    return {view.thing.name: len(view.thing.photos) for view in await book.things(owner, space)}


async def known(book: Book, owner: str = ANN, space: Space = SPACE) -> set[str]:
    prototypes, found = await book.prototypes(owner, space)
    assert set(found) == set(prototypes.ids if prototypes else ())
    return set(found.values())


def test_what_is_taught_is_known_at_once_and_after_a_restart(address: str, clock: Clock) -> None:
    async def run() -> None:
        book = opened(address, clock)
        assert await known(book) == set()
        first, second = await teach(book, "茶壶", 0), await teach(book, "茶壶", 0, 1)
        assert (first.number, second.number) == (1, 2)
        assert first.view.key == second.view.key
        await teach(book, "cup", 1)
        for one in (book, opened(address, clock)):
            assert await known(one) == {"茶壶", "cup"}
            assert await named(one) == {"茶壶": 2, "cup": 1}
            assert await one.photo(ANN, first.view.key, 2) == b"jpeg"

    asyncio.run(run())


def test_no_name_is_a_file_name(address: str, clock: Clock) -> None:
    asyncio.run(teach(opened(address, clock), "../外婆 teapot", 0))
    assert names(address)
    assert not any("teapot" in name or ".." in name for name in names(address))


def test_nobody_sees_anothers(address: str, clock: Clock) -> None:
    async def run() -> None:
        book = opened(address, clock)
        key = (await teach(book, "teapot", 0)).view.key
        undo = await book.forget(ANN, (await teach(book, "cup", 1)).view.key)
        assert await known(book, BOB) == set()
        assert await named(book, BOB) == {}
        refused: list[Awaitable[object]] = [
            book.photo(BOB, key, 1),
            book.rename(BOB, SPACE, key, "mine"),
            book.forget(BOB, key),
            book.forget_photo(BOB, key, 1),
            book.undo(BOB, SPACE, undo.token),
        ]
        for attempt in refused:
            with pytest.raises(NotFound):
                await attempt
        await book.forget_all(BOB)
        assert await known(book) == {"teapot"}

    asyncio.run(run())


def test_another_server_sees_a_change(address: str, clock: Clock, always: None) -> None:
    async def run() -> None:
        one, other = opened(address, clock), opened(address, clock)
        key = (await teach(one, "teapot", 0)).view.key
        assert await known(other) == {"teapot"}
        await teach(other, "teapot", 0, 1)
        await teach(one, "teapot", 0, 2)  # it has seen the other's photo: no number twice
        assert await named(other) == await named(one) == {"teapot": 3}
        await one.rename(ANN, SPACE, key, "pot")
        assert await known(other) == {"pot"}
        undo = await other.forget(ANN, key)
        assert await known(one) == set()
        await one.undo(ANN, SPACE, undo.token)
        assert await known(other) == {"pot"}
        await other.forget_all(ANN)
        assert await known(one) == set()

    asyncio.run(run())


def test_a_server_that_polls_lists_nothing(
    address: str, clock: Clock, always: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run() -> None:
        book = opened(address, clock)
        await teach(book, "teapot", 0)
        assert await known(book) == {"teapot"}
        listed: list[object] = []
        list_all = Folder.all
        monkeypatch.setattr(Folder, "all", lambda *given: listed.append(given) or list_all(*given))
        for _ in range(20):
            assert await known(book) == {"teapot"}
        assert listed == []

    asyncio.run(run())


def test_a_deletion_is_undone(address: str, clock: Clock) -> None:
    async def run() -> None:
        book = opened(address, clock)
        key = (await teach(book, "teapot", 0)).view.key
        await teach(book, "teapot", 0, 1)
        photo = await book.forget_photo(ANN, key, 1)
        assert await named(book) == {"teapot": 1}
        with pytest.raises(NotFound):
            await book.photo(ANN, key, 1)
        assert (await teach(book, "teapot", 0, 2)).number == 3  # numbers are never used again
        thing = await book.forget(ANN, key)
        assert await known(book) == set()
        assert (await book.undo(ANN, SPACE, thing.token)).key == key
        view = await book.undo(ANN, SPACE, photo.token)
        assert [one.number for one in view.thing.photos] == [1, 2, 3]
        assert view.ready
        for token in (thing.token, photo.token, "none"):
            with pytest.raises(NotFound):
                await book.undo(ANN, SPACE, token)

    asyncio.run(run())


def test_the_last_photo_takes_the_thing_with_it(address: str, clock: Clock) -> None:
    async def run() -> None:
        book = opened(address, clock)
        undo = await book.forget_photo(ANN, (await teach(book, "teapot", 0)).view.key, 1)
        assert await named(book) == {}
        await book.undo(ANN, SPACE, undo.token)
        assert await named(book) == {"teapot": 1}

    asyncio.run(run())


def test_nothing_is_left_of_a_deleted_thing_once_undo_is_over(address: str, clock: Clock) -> None:
    """Also if the server was restarted meanwhile."""

    async def run() -> None:
        book = opened(address, clock)
        key = (await teach(book, "teapot", 0)).view.key
        kept = (await teach(book, "cup", 1)).view.key
        undo = await book.forget(ANN, key)
        clock.now += UNDO_S - 1
        book = opened(address, clock)
        await book.sweep()
        assert any(key in name for name in names(address))
        clock.now += 3
        with pytest.raises(NotFound):
            await book.undo(ANN, SPACE, undo.token)
        await book.sweep()
        assert not any(key in name for name in names(address))
        assert b"teapot" not in content(address)
        assert await named(book) == {"cup": 1}
        await book.forget(ANN, kept)
        clock.now += UNDO_S + 2
        await book.sweep()
        assert names(address) == []

    asyncio.run(run())
    if "://" not in address:
        assert [path.name for path in Path(address).iterdir()] == [".locks"]


def test_nothing_is_left_of_a_deleted_photo_once_undo_is_over(address: str, clock: Clock) -> None:
    async def run() -> None:
        book = opened(address, clock)
        key = (await teach(book, "teapot", 0)).view.key
        await teach(book, "teapot", 0, 1)
        hashed = new(0).content.encode()
        await book.forget_photo(ANN, key, 1)
        assert hashed in content(address)
        clock.now += UNDO_S + 2
        await book.sweep()
        assert sorted(name.rpartition("/")[2].partition(".")[2] for name in names(address)) == [
            "",
            f"{vector_suffix()}.npy",
            "jpg",
            "json",
        ]
        assert hashed not in content(address)
        assert await named(opened(address, clock)) == {"teapot": 1}

    asyncio.run(run())


def vector_suffix(space: Space = SPACE) -> str:
    return hashlib.sha256(space.fingerprint.encode()).hexdigest()[:16]


def test_everything_is_deleted_at_once(address: str, clock: Clock) -> None:
    async def run() -> None:
        book = opened(address, clock)
        await book.forget(ANN, (await teach(book, "cup", 1)).view.key)
        await teach(book, "teapot", 0)
        await teach(book, "pan", 2, owner=BOB)
        await book.forget_all(ANN)
        assert names(address)
        assert all(name.startswith(BOB) for name in names(address))
        assert await named(book) == {}

    asyncio.run(run())


class Killed(BaseException):
    """The process ends here."""


def killed_at(monkeypatch: pytest.MonkeyPatch, method: str, call: int) -> None:
    """The process is killed at this call of a method of `Folder`, before it does anything."""
    calls = 0
    real = getattr(Folder, method)

    def counted(folder: Folder, *given: object) -> object:
        nonlocal calls
        calls += 1
        if calls == call:
            raise Killed
        return real(folder, *given)

    monkeypatch.setattr(Folder, method, counted)


async def dies(work: Awaitable[object]) -> bool:
    try:
        await work
    except Killed:
        return True
    return False


ACTS = {
    "teach": ("write", {"teapot": 2, "cup": 1}, {"teapot": 3, "cup": 1}),
    "rename": ("write", {"teapot": 2, "cup": 1}, {"pot": 2, "cup": 1}),
    "join": ("write", {"teapot": 2, "cup": 1}, {"cup": 3}),
    "join, then dropping": ("drop", {"teapot": 2, "cup": 1}, {"cup": 3}),
    "forget": ("write", {"teapot": 2, "cup": 1}, {"cup": 1}),
    "forget a photo": ("write", {"teapot": 2, "cup": 1}, {"teapot": 1, "cup": 1}),
    "forget all": ("write", {"teapot": 2, "cup": 1}, {}),
    "forget all, then dropping": ("drop", {"teapot": 2, "cup": 1}, {}),
}


@pytest.mark.parametrize("act", ACTS)
def test_a_process_that_is_killed_leaves_all_or_nothing(
    act: str, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At each of its writes and deletions in turn; a later server tidies up what it left."""
    method, before, after = ACTS[act]

    async def run(call: int) -> bool:
        address = str(tmp_path / str(call))
        book = opened(address, clock)
        key = (await teach(book, "teapot", 0)).view.key
        await teach(book, "teapot", 0, 1)
        await teach(book, "cup", 1)
        work = {
            "teach": lambda: teach(book, "teapot", 0, 2),
            "rename": lambda: book.rename(ANN, SPACE, key, "pot"),
            "join": lambda: book.rename(ANN, SPACE, key, "cup", merge=True),
            "forget": lambda: book.forget(ANN, key),
            "forget a photo": lambda: book.forget_photo(ANN, key, 1),
            "forget all": lambda: book.forget_all(ANN),
        }[act.partition(",")[0]]
        with monkeypatch.context() as patched:
            killed_at(patched, method, call)
            was_killed = await dies(work())
        again = opened(address, clock)
        found = await named(again)
        assert found in (before, after)
        assert await known(again) == set(found)
        clock.now += UNDO_S + 2
        for _ in range(2):
            await again.sweep()
            clock.now += 100
        numbers = [
            int(name.rpartition("/")[2].partition(".")[0]) for name in names(address) if name[-4:] == ".jpg"
        ]
        assert len(numbers) == sum(found.values())
        assert not [name for name in names(address) if name.endswith("erasing")]
        if not found:
            assert names(address) == []
        return was_killed

    call = 1
    while asyncio.run(run(call)):
        call += 1
    assert call > 1


def test_a_new_thing_after_everything_was_half_deleted(
    address: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run() -> None:
        book = opened(address, clock)
        await teach(book, "teapot", 0)
        with monkeypatch.context() as patched:
            killed_at(patched, "drop", 2)
            assert await dies(book.forget_all(ANN))
        again = opened(address, clock)
        await teach(again, "cup", 1)
        assert await named(again) == {"cup": 1}

    asyncio.run(run())


def test_many_at_once_lose_nothing(address: str, clock: Clock) -> None:
    async def run() -> None:
        one, other = opened(address, clock), opened(address, clock)
        await asyncio.gather(
            *(teach((one, other)[view % 2], "teapot", 0, view) for view in range(12)),
            *(teach((one, other)[view % 2], "cup", 1, view, owner=BOB) for view in range(12)),
        )
        again = opened(address, clock)
        assert await named(again) == {"teapot": 12}
        assert await named(again, BOB) == {"cup": 12}

    asyncio.run(run())


def test_a_server_that_was_killed_with_the_lock_delays_the_others_only(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"memory://{tmp_path.name}"
    monkeypatch.setattr(files_module, "_ABANDONED_S", 0.2)
    for slot in range(64):
        assert Folder(address).create(f".locks/{slot:02}", b"killed")
    assert not Folder(address).create(".locks/00", b"another")

    async def run() -> None:
        await teach(opened(address, clock), "teapot", 0)
        assert await named(opened(address, clock)) == {"teapot": 1}

    asyncio.run(run())


def test_storage_without_an_exclusive_write_takes_what_is_taught(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pipe_file(files: MemoryFileSystem, path: str, value: bytes) -> None:
        with files.open(path, "wb") as file:
            file.write(value)

    monkeypatch.setattr(MemoryFileSystem, "pipe_file", pipe_file)
    address = f"memory://{tmp_path.name}"

    async def run() -> None:
        for view in range(2):
            await teach(opened(address, clock), "teapot", 0, view)
        assert await named(opened(address, clock)) == {"teapot": 2}

    asyncio.run(run())
    assert [stored.name for stored in Folder(address).all(".locks")] == []


def test_the_same_photo_is_refused_within_its_thing(address: str, clock: Clock) -> None:
    async def run() -> None:
        book = opened(address, clock)
        await teach(book, "teapot", 0)
        with pytest.raises(TaughtBefore):
            await teach(book, "Teapot", 0)
        smaller = new(0)._replace(
            content="other", hash=difference_hash(teachable.picture(0).resize((40, 40)))
        )
        with pytest.raises(TaughtBefore):
            await book.teach(ANN, SPACE, "teapot", None, smaller)
        await teach(book, "pot", 0, force=True)
        assert await named(book) == {"teapot": 1, "pot": 1}

    asyncio.run(run())


def test_a_photo_much_nearer_to_another_thing_is_asked_about(address: str, clock: Clock) -> None:
    async def run() -> None:
        book = opened(address, clock)
        other = await teach(book, "teapot", 0)
        await teach(book, "cup", 1)
        for name in ("cup", "new"):
            with pytest.raises(TaughtLooksLikeOther) as caught:
                await teach(book, name, 0, 1)
            assert caught.value.other
            assert (caught.value.other.id, caught.value.other.name) == (
                f"taught:{other.view.key}",
                "teapot",
            )
        await teach(book, "cup", 0, 1, force=True)
        await teach(book, "cup", 1, 2)
        assert await named(book) == {"teapot": 1, "cup": 3}

    asyncio.run(run())


def test_names_of_other_things(address: str, clock: Clock) -> None:
    async def run() -> None:
        book = opened(address, clock)
        pot, cup = (await teach(book, "pot", 0)).view.key, (await teach(book, "cup", 1)).view.key
        with pytest.raises(TaughtNameExists) as caught:
            await book.rename(ANN, SPACE, pot, "CUP")
        assert caught.value.other
        assert caught.value.other.id == f"taught:{cup}"
        assert (await book.rename(ANN, SPACE, pot, "Pot")).thing.name == "Pot"  # its own
        undo = await book.forget(ANN, pot)
        await teach(book, "pot", 0)
        with pytest.raises(TaughtNameExists):
            await book.undo(ANN, SPACE, undo.token)

    asyncio.run(run())


def test_two_things_are_joined(address: str, clock: Clock) -> None:
    async def run() -> None:
        book = opened(address, clock)
        pot, cup = (await teach(book, "pot", 0)).view.key, (await teach(book, "cup", 1)).view.key
        await teach(book, "pot", 0, 1)
        view = await book.rename(ANN, SPACE, pot, "cup", merge=True)
        assert (view.key, view.ready) == (cup, True)
        assert [photo.number for photo in view.thing.photos] == [1, 2, 3]
        assert not any(pot in name for name in names(address))
        assert await known(book) == {"cup"}
        assert (await teach(book, "cup", 1, 5)).number == 4

    asyncio.run(run())


def test_limits(address: str, clock: Clock) -> None:
    async def run() -> None:
        book = opened(address, clock, Limits(2, 2, 100_000_000))
        key = (await teach(book, "pot", 0)).view.key
        await teach(book, "pot", 0, 1)
        with pytest.raises(TaughtFull, match="pot"):
            await teach(book, "pot", 0, 2)
        await teach(book, "cup", 1)
        with pytest.raises(TaughtFull, match="2 things"):
            await teach(book, "pan", 2)
        with pytest.raises(TaughtFull):
            await book.rename(ANN, SPACE, key, "cup", merge=True)
        undo = await book.forget(ANN, key)
        await teach(book, "pan", 2)
        with pytest.raises(TaughtFull):
            await book.undo(ANN, SPACE, undo.token)
        await teach(book, "mug", 3, owner=BOB)

    asyncio.run(run())


def test_a_full_store_has_room_again_after_a_deletion(
    address: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(book_module, "_COUNT_FULL_EVERY_S", 0)

    async def run() -> None:
        book = opened(address, clock, Limits(50, 30, 150_000))
        for thing in range(4):
            await teach(book, f"thing {thing}", thing)
        with pytest.raises(TaughtStoreFull):
            await asyncio.gather(*(teach(book, f"thing {thing}", thing) for thing in range(4, 8)))
        assert 0 < book.size <= 150_000
        await book.forget_all(ANN)
        await teach(book, "pot", 0)

    asyncio.run(run())


def test_another_model_waits_for_the_photos_to_be_learned_anew(address: str, clock: Clock) -> None:
    async def run() -> None:
        book = opened(address, clock)
        waiting: list[str] = []
        book.on_unlearned = waiting.append
        key = (await teach(book, "pot", 0)).view.key
        await teach(book, "pot", 0, 1)
        assert not waiting
        assert await known(book, space=OTHER) == set()
        assert waiting == [ANN]
        assert [view.ready for view in await book.things(ANN, OTHER)] == [False]
        todo = await book.unlearned(ANN, OTHER)
        assert todo == [(key, 1), (key, 2)]
        await book.learn(ANN, OTHER, {todo[0]: OTHER.example(seen(0))})
        assert await known(book, space=OTHER) == set()  # not with half of its photos
        await book.learn(ANN, OTHER, {todo[1]: OTHER.example(seen(0)), ("0" * 16, 7): OTHER.example(seen(1))})
        assert await known(book, space=OTHER) == {"pot"}
        assert await known(book) == {"pot"}  # the first one has its vectors still

    asyncio.run(run())


def test_without_photos_another_model_knows_nothing(address: str, clock: Clock) -> None:
    async def run() -> None:
        book = opened(address, clock)
        key = (await book.teach(ANN, SPACE, "pot", None, new(0, picture=None))).view.key
        assert not any(name.endswith(".jpg") for name in names(address))
        assert await known(book) == {"pot"}
        with pytest.raises(NotFound):
            await book.photo(ANN, key, 1)
        assert [view.ready for view in await book.things(ANN, OTHER)] == [False]
        assert await book.unlearned(ANN, OTHER) == []
        assert await known(book) == {"pot"}

    asyncio.run(run())


def test_a_damaged_thing_is_left_out_and_kept(address: str, clock: Clock) -> None:
    async def run() -> None:
        book = opened(address, clock)
        pot = (await teach(book, "pot", 0)).view.key
        cup = (await teach(book, "cup", 1)).view.key
        folder = Folder(address)
        folder.write(f"{ANN}/{pot}/thing.json", b'{"name": ')
        folder.write(f"{ANN}/{cup}/1.{vector_suffix()}.npy", b"no vector")
        again = opened(address, clock)
        assert await named(again) == {"cup": 1}
        assert await again.unlearned(ANN, SPACE) == [(cup, 1)]
        for _ in range(3):
            await again.sweep()
            clock.now += 1000
        assert sum(name.endswith(".jpg") for name in names(address)) == 2

    asyncio.run(run())


def test_what_is_stored_of_a_photo(address: str, clock: Clock) -> None:
    key = asyncio.run(teach(opened(address, clock), "pot", 0)).view.key
    stored = json.loads(Folder(address).read(f"{ANN}/{key}/thing.json") or b"")
    assert stored.keys() == {"name", "taught_at", "next", "photos"}
    assert stored["photos"][0].keys() == {"number", "content", "hash", "kept"}


def test_recognition_goes_on_without_the_store(
    tmp_path: Path, clock: Clock, always: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run() -> None:
        book = opened(str(tmp_path), clock)
        await teach(book, "pot", 0)

        def fail(folder: Folder, name: str) -> bytes:
            raise OSError("the mount is gone")

        monkeypatch.setattr(Folder, "read", fail)
        assert await known(book) == {"pot"}
        assert await known(book, BOB) == set()
        with pytest.raises(StoreUnavailable):
            await book.things(ANN, SPACE)
        with pytest.raises(StoreUnavailable):
            await teach(book, "cup", 1)

    asyncio.run(run())


def test_memory_is_bounded(tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book_module, "_MEMORY", 100_000)

    async def run() -> None:
        book = opened(str(tmp_path), clock)
        owners = [f"{number:032x}" for number in range(40)]
        for owner in owners:
            await teach(book, "pot", 0, owner=owner)
        assert len(book._entries) < 20
        for owner in owners:
            assert await known(book, owner) == {"pot"}

    asyncio.run(run())
