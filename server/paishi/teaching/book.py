"""The things that users taught: shown, changed and compared with, each owner's apart."""

import asyncio
import logging
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple, TypeVar

from paishi.problems.kinds import NotFound, Problem, TaughtStoreFull
from paishi.store.folder import FolderAccess, Stored, space_of
from paishi.teaching.files import TaughtFiles
from paishi.teaching.names import checked_name
from paishi.teaching.rules import (
    Learned,
    Limits,
    NewPhoto,
    View,
    alive,
    check_is_new,
    check_likeness,
    check_room,
    find,
    is_valid,
    name_exists,
    view,
)
from paishi.teaching.shelf import EMPTY, Shelf
from paishi.teaching.space import Example, Prototypes, Space
from paishi.teaching.things import (
    UNDO_S,
    Language,
    RemovedPhoto,
    TaughtPhoto,
    Thing,
    Undo,
    latest_first,
    new_key,
    public_id,
)

T = TypeVar("T")

_POLL_S = 1.0
_LIST_AGAIN_S = 60.0
"""A server that is killed between a change and its revision would else hide the change from the others."""

_PATIENCE_S = 1.0
"""How long a recognition waits for the store; then it goes on with what is known."""

_MEMORY = 64_000_000
"""Bytes of all owners' shelves; those not used for longest go first."""

_IDLE_S = 600.0
_COUNT_EVERY_S = 600.0
"""Not longer than a deletion can be undone: each is seen before it is due."""

_COUNT_FULL_EVERY_S = 60.0
_ORPHANS_AFTER_S = 60.0
"""Longer than any write that is followed by its list takes."""

_STORE_RETRY_S = 3600

log = logging.getLogger(__name__)


class _Pending(NamedTuple):
    task: asyncio.Task[Shelf]
    since: float


@dataclass(eq=False, slots=True)
class _Entry:
    """An owner's shelf in memory. Times are of `time.monotonic`."""

    shelf: Shelf = EMPTY
    space: Space | None = None
    is_loaded: bool = False
    checked_at: float = 0.0
    listed_at: float = 0.0
    used_at: float = 0.0
    pending: _Pending | None = None
    changing: asyncio.Lock = field(default_factory=asyncio.Lock)


class Book:
    """Things in `files`, which several servers may share: each sees a change within two seconds.

    All methods raise StoreUnavailable, and NotFound for a thing that the owner does not have. For one event
    loop. `clock` is in seconds since 1970.
    """

    def __init__(self, files: TaughtFiles, limits: Limits, clock: Callable[[], float] = time.time) -> None:
        self.limits = limits
        self.on_unlearned: Callable[[str], None] = lambda owner: None
        """Gets the owner of photos that have no vector in the model's space yet, but a picture."""
        self.size = 0
        """Bytes of all files at the last count, plus what this server wrote since."""
        self._files = files
        self._clock = clock
        self._access = FolderAccess()
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._tidy_at = 0.0
        self._counted_at: float | None = None
        self._unlisted: dict[str, set[str]] = {}
        self._is_first_sweep = True
        self._is_full = False
        self._is_failing = False

    # For recognition

    async def prototypes(self, owner: str, space: Space) -> tuple[Prototypes | None, dict[str, str]]:
        """Returns the owner's prototypes in `space`, None without, and the name of each thing by id.

        A store that does not answer delays recognition by a second at most; then what is known goes on.
        """
        shelf = await self._shelf(owner, space, _PATIENCE_S)
        if shelf.prototypes is None or shelf.fingerprint != space.fingerprint:
            return None, {}
        things = shelf.alive.items()
        return shelf.prototypes, {public_id(key): thing.name for key, thing in things if key in shelf.ready}

    async def shelf(self, owner: str, space: Space) -> Shelf:
        """Returns everything that is taught, with the examples in `space`."""
        return await self._shelf(owner, space)

    async def owners(self) -> dict[str, int]:
        """Returns the bytes of each owner's files."""
        return {owner: sum(one.space for one in files) for owner, files in (await self._listed()).items()}

    async def unlearned(self, owner: str, space: Space) -> list[tuple[str, int]]:
        """Returns thing and number of each kept photo that has no vector in `space`."""
        return (await self._shelf(owner, space)).unlearned()

    async def learn(self, owner: str, space: Space, examples: Mapping[tuple[str, int], Example]) -> None:
        """Adds the vectors of photos, by thing and number, in `space`, if they are still there."""

        def write(shelf: Shelf) -> None:
            for (key, number), example in examples.items():
                if key in shelf.things and number in shelf.things[key].numbers():
                    self._files.write_example(owner, key, number, space, example)
                    self.size += space_of(example.vector.nbytes)

        await self._change(owner, space, write)

    # For users

    async def things(self, owner: str, space: Space | None) -> list[View]:
        """Returns all things, the one taught last first."""
        shelf = await self._shelf(owner, space)
        return [view(shelf, space, key) for key, _ in latest_first(shelf.alive.items())]

    async def photo(self, owner: str, key: str, number: int) -> bytes:
        """Returns a JPEG. Raises NotFound."""
        photo = alive(await self._shelf(owner, None), key).has(number)
        picture = None
        if photo and photo.kept:
            picture = await self._access(lambda: self._files.photo(owner, key, number))
        if picture is None:
            raise NotFound("There is no such photo.")
        return picture

    async def teach(
        self, owner: str, space: Space, name: str, lang: Language | None, photo: NewPhoto, force: bool = False
    ) -> Learned:
        """Adds `photo` to the thing of that name, which may be new.

        Raises RequestInvalid for the name, TaughtBefore, TaughtFull, and TaughtLooksLikeOther unless `force`.
        """
        name = checked_name(name)
        await self._count()

        def write(shelf: Shelf) -> tuple[str, int]:
            key, thing = find(shelf, name) or (new_key(), Thing(name=name, lang=lang, taught_at=0))
            check_room(self.limits, shelf, thing, is_new=key not in shelf.things)
            self._check_space(photo)
            check_is_new(thing, photo)
            if not force:
                check_likeness(shelf, space, key, thing, photo)
            number = thing.next
            kept = photo.picture is not None
            entry = TaughtPhoto(
                number=number, content=photo.content, hash=photo.hash.tobytes().hex(), kept=kept
            )
            changed = {"taught_at": self._clock(), "next": number + 1, "photos": [*thing.photos, entry]}
            self._files.write_photo(owner, key, number, photo.picture)
            self._files.write_example(owner, key, number, space, photo.example)
            self._files.write_thing(owner, key, thing.model_copy(update=changed))
            self.size += _space_of(photo)
            return key, number

        shelf, (key, number) = await self._change(owner, space, write)
        return Learned(view(shelf, space, key), number)

    async def rename(self, owner: str, space: Space | None, key: str, name: str, merge: bool = False) -> View:
        """Renames a thing. With `merge` it is joined into another one that has this name, whose id stays.

        Raises RequestInvalid for the name, TaughtNameExists unless `merge`, TaughtFull.
        """
        name = checked_name(name)

        def write(shelf: Shelf) -> str:
            thing = alive(shelf, key)
            found = find(shelf, name, but=key)
            if found is None:
                self._files.write_thing(owner, key, thing.model_copy(update={"name": name}))
                return key
            if not merge:
                raise name_exists(*found)
            return self._join(owner, (key, thing), found)

        shelf, kept = await self._change(owner, space, write)
        return view(shelf, space, kept)

    async def forget(self, owner: str, key: str) -> Undo:
        """Deletes a thing, for good after `UNDO_S`."""
        undo = self._undo()

        def write(shelf: Shelf) -> None:
            self._files.write_thing(owner, key, alive(shelf, key).model_copy(update={"gone": undo}))

        await self._change(owner, None, write)
        return undo

    async def forget_photo(self, owner: str, key: str, number: int) -> Undo:
        """Deletes a photo, and with the last one its thing. Raises NotFound."""
        undo = self._undo()

        def write(shelf: Shelf) -> None:
            thing = alive(shelf, key)
            photo = thing.has(number)
            if photo is None:
                raise NotFound("There is no such photo.")
            left = [one for one in thing.photos if one.number != number]
            removed = [*thing.removed, RemovedPhoto(photo=photo, undo=undo)]
            changed = {"photos": left, "removed": removed} if left else {"gone": undo}
            self._files.write_thing(owner, key, thing.model_copy(update=changed))

        await self._change(owner, None, write)
        return undo

    async def forget_all(self, owner: str) -> None:
        """Deletes everything of the owner, at once and for good."""
        await self._change(owner, None, lambda shelf: self._files.erase(owner), erases=True)

    async def undo(self, owner: str, space: Space | None, token: str) -> View:
        """Restores what was deleted. Raises NotFound for an unknown or expired token, TaughtNameExists if
        another thing has the name by now, TaughtFull."""

        def write(shelf: Shelf) -> str:
            key, thing = self._restored(shelf, token)
            check_room(self.limits, shelf, thing, is_new=key not in shelf.alive, photos=0)
            self._files.write_thing(owner, key, thing)
            return key

        shelf, key = await self._change(owner, space, write)
        return view(shelf, space, key)

    # The store

    async def sweep(self) -> None:
        """Deletes what is due, and what a killed process left; counts the files from time to time.

        Cheap if nothing is due.
        """
        now = time.monotonic()
        for owner in [key for key, entry in self._entries.items() if now - entry.used_at > _IDLE_S]:
            del self._entries[owner]
        if self._clock() < self._tidy_at and not self._is_count_due():
            return
        owners = await self._listed()
        now_s = self._clock()
        due = {owner: until for owner, files in owners.items() if (until := self._files.due_at(files))}
        chosen = {owner for owner, until in due.items() if until <= now_s} | self._unlisted.keys()
        again: dict[str, set[str]] = {}
        for owner in owners if self._is_first_sweep else chosen:
            tidy = partial(self._tidy, owner, now_s, self._unlisted.get(owner, set()))
            if found := await self._access(tidy):
                again[owner] = found
        self._unlisted = again
        self._is_first_sweep = False
        later = [until for until in due.values() if until > now_s]
        self._tidy_at = min([*later, now_s + (_ORPHANS_AFTER_S if again else _COUNT_EVERY_S)])

    async def keep_swept(self, every_s: float = 5.0) -> None:
        """Sweeps until it is cancelled."""
        failed = False
        while True:
            try:
                await self.sweep()
                failed = False
            except Exception as error:  # whatever it is, the store may recover
                if not failed:
                    # The class only: some messages quote the address, which may contain a password.
                    cause = type(error.__cause__ or error).__name__
                    log.warning("PAISHI_TAUGHT cannot be swept (%s): it is tried again.", cause)
                failed = True
            await asyncio.sleep(every_s)

    def _tidy(self, owner: str, now: float, unlisted: set[str]) -> set[str]:
        with self._files.locked(owner):
            return self._files.tidy(owner, now, unlisted)

    async def _listed(self) -> dict[str, list[Stored]]:
        self._counted_at = time.monotonic()  # first, so that nobody else counts as well
        owners = await self._access(self._files.owners)
        self.size = sum(stored.space for files in owners.values() for stored in files)
        return owners

    def _is_count_due(self) -> bool:
        every_s = _COUNT_FULL_EVERY_S if self._is_full else _COUNT_EVERY_S
        return self._counted_at is None or time.monotonic() - self._counted_at >= every_s

    async def _count(self) -> None:
        if self._is_count_due():
            await self._listed()

    # One owner

    async def _shelf(self, owner: str, space: Space | None, patience_s: float | None = None) -> Shelf:
        """The owner's shelf, at most a second old; with `patience_s`, an older one if the store is slow."""
        entry = self._entry(owner)
        entry.space = space = space or entry.space
        now = time.monotonic()
        has_space = space is None or entry.shelf.fingerprint == space.fingerprint
        if entry.is_loaded and has_space and now - entry.checked_at < _POLL_S:
            return entry.shelf
        if entry.pending is None:
            entry.pending = _Pending(asyncio.create_task(self._reload(owner, entry, space)), now)
            entry.pending.task.add_done_callback(self._report)
        pending = entry.pending
        if patience_s is None:
            shelf = await asyncio.shield(pending.task)
            if space and shelf.fingerprint != space.fingerprint:  # another request asked for another space
                return await self._shelf(owner, space)
            return shelf
        await asyncio.wait([pending.task], timeout=max(0.0, pending.since + patience_s - now))
        return entry.shelf

    async def _reload(self, owner: str, entry: _Entry, space: Space | None) -> Shelf:
        began = time.monotonic()
        list_again = began - entry.listed_at >= _LIST_AGAIN_S
        known = entry.shelf if entry.is_loaded else None
        try:
            shelf = await self._access(lambda: self._files.load(owner, space, known, list_again))
        finally:
            entry.pending = None
            entry.checked_at = began
        if list_again or shelf is not known:
            entry.listed_at = began
        if entry.shelf is (known or EMPTY):  # else a change of this server was faster
            self._put(owner, entry, shelf)
        return entry.shelf

    def _report(self, reload: asyncio.Task[Shelf]) -> None:
        """Logs that the store fails, once until it answers: recognition goes on without it."""
        failed = not reload.cancelled() and reload.exception() is not None
        if failed and not self._is_failing:
            log.warning("PAISHI_TAUGHT does not answer: photos are recognised without what was taught.")
        self._is_failing = failed

    async def _change(
        self, owner: str, space: Space | None, write: Callable[[Shelf], T], erases: bool = False
    ) -> tuple[Shelf, T]:
        """Calls `write` with the owner's lock and the last shelf; returns the new one and its result.

        A client that disconnects does not stop it halfway.
        """
        entry = self._entry(owner)
        entry.space = space = space or entry.space

        async def change() -> tuple[Shelf, T]:
            async with entry.changing:
                known = entry.shelf if entry.is_loaded else None
                outcome = await self._access(lambda: self._changed(owner, space, known, write, erases))
                if isinstance(outcome, Problem):
                    raise outcome
                self._put(owner, entry, outcome[0])
                return outcome

        changing = asyncio.create_task(change())
        changing.add_done_callback(lambda task: task.cancelled() or task.exception())  # or asyncio logs it
        return await asyncio.shield(changing)

    def _changed(
        self,
        owner: str,
        space: Space | None,
        known: Shelf | None,
        write: Callable[[Shelf], T],
        erases: bool,
    ) -> tuple[Shelf, T] | Problem:
        """The problem is returned, because `FolderAccess` takes what is raised for a failure of the store."""
        with self._files.locked(owner):
            self._files.finish_erasing(owner)
            before = self._files.load(owner, space, known)
            try:
                result = write(before)
            except Problem as problem:
                return problem
            if not erases:
                self._files.touch(owner)
            return self._files.load(owner, space, before), result

    def _entry(self, owner: str) -> _Entry:
        entry = self._entries.setdefault(owner, _Entry())
        entry.used_at = time.monotonic()
        self._entries.move_to_end(owner)
        return entry

    def _put(self, owner: str, entry: _Entry, shelf: Shelf) -> None:
        entry.shelf, entry.is_loaded, entry.checked_at = shelf, True, time.monotonic()
        if shelf.fingerprint and shelf.unlearned():
            self.on_unlearned(owner)
        memory = sum(one.shelf.bytes for one in self._entries.values())
        for oldest, one in list(self._entries.items()):
            if memory <= _MEMORY or one is entry:
                return
            if not one.changing.locked() and one.pending is None:
                memory -= one.shelf.bytes
                del self._entries[oldest]

    def _join(self, owner: str, source: tuple[str, Thing], target: tuple[str, Thing]) -> str:
        """Makes the photos of `source` photos of `target`; the list of the target decides."""
        (key, thing), (to, other) = source, target
        contents = {photo.content for photo in other.photos}
        joining = [photo for photo in thing.photos if photo.content not in contents]
        check_room(self.limits, EMPTY, other, is_new=False, photos=len(joining))
        numbers = range(other.next, other.next + len(joining))
        for photo, number in zip(joining, numbers, strict=True):
            self._files.copy_photo(owner, (key, photo.number), (to, number))
        photos = [one.model_copy(update={"number": new}) for one, new in zip(joining, numbers, strict=True)]
        changed = {
            "photos": [*other.photos, *photos],
            "next": other.next + len(joining),
            "taught_at": max(other.taught_at, thing.taught_at),
            "absorbed": [*other.absorbed, key],
        }
        self._files.write_thing(owner, to, other.model_copy(update=changed))
        self._files.drop_thing(owner, key)
        return to

    def _check_space(self, photo: NewPhoto) -> None:
        self._is_full = self.size + _space_of(photo) > self.limits.bytes
        if self._is_full:
            raise TaughtStoreFull(
                "This server has no room for more. Its operator has to make some.", retry_after=_STORE_RETRY_S
            )

    def _undo(self) -> Undo:
        until = self._clock() + UNDO_S
        return Undo(token=secrets.token_urlsafe(16), until=until)

    def _restored(self, shelf: Shelf, token: str) -> tuple[str, Thing]:
        now = self._clock()
        for key, thing in shelf.things.items():
            if thing.gone and is_valid(thing.gone, token, now):
                if found := find(shelf, thing.name):
                    raise name_exists(*found)
                return key, thing.model_copy(update={"gone": None})
            for one in thing.removed:
                if thing.gone is None and is_valid(one.undo, token, now):
                    left = [other for other in thing.removed if other is not one]
                    photos = sorted([*thing.photos, one.photo], key=lambda photo: photo.number)
                    return key, thing.model_copy(update={"photos": photos, "removed": left})
        raise NotFound("This can no longer be undone.")


def _space_of(photo: NewPhoto) -> int:
    """Bytes that a new photo takes, with its vector and its line in the list."""
    picture = space_of(len(photo.picture)) if photo.picture is not None else 0
    return picture + space_of(photo.example.vector.nbytes) + space_of(0)
