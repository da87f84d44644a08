"""The folder of taught things: one folder for each owner, in it one for each thing.

    OWNER/revision            another text after each change, for other servers to see
    OWNER/erasing             the owner deletes everything; whoever sees it goes on with that
    OWNER/ID/thing.json       see `Thing`; a photo counts once this lists it
    OWNER/ID/3.jpg            photo 3
    OWNER/ID/3.SPACE.npy      its vector, in the space of one model
    OWNER/ID/until-TIME       something here is to be deleted at that time

A name that a user typed is in `thing.json` alone. Every file is written whole, and `thing.json` last, so that
a process that is killed leaves a thing as it was before or after.
"""

from __future__ import annotations

import hashlib
import io
import logging
import random
import re
import secrets
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from math import ceil
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import numpy as np
from filelock import FileLock
from pydantic import ValidationError

from paishi.teaching.shelf import Shelf, shelf_of
from paishi.teaching.space import Example, Space
from paishi.teaching.things import Thing

if TYPE_CHECKING:
    from paishi.store.folder import Folder, Stored

log = logging.getLogger(__name__)

_OWNER = re.compile(r"[0-9a-z][0-9a-z-]{0,63}")
_ID = re.compile(r"[0-9a-f]{16}")
_PHOTO_FILE = re.compile(r"(\d+)\.(?:jpg|[0-9a-f]{16}\.npy)")
_MARKER = re.compile(r"until-([0-9a-f]+)")
_THING = "thing.json"
_LOCKS = 64
_LOCK_S = 8.0
"""Less than the store's own limit: whoever waits for another server's change gets an answer."""

_ABANDONED_S = 5.0
"""Longer than a change takes, but for the longest joins and deletions, which others may go on beside."""


def is_owner(text: str) -> bool:
    """Whether `text` can be an owner's folder."""
    return bool(_OWNER.fullmatch(text))


class TaughtFiles:
    """Reads and writes the files; blocking, and raises what the file system raises.

    What changes an owner's things needs the owner's lock, which holds for all servers.
    """

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self._threads = [threading.Lock() for _ in range(_LOCKS)]

    @contextmanager
    def locked(self, owner: str) -> Iterator[None]:
        """Raises TimeoutError if another process keeps the lock."""
        slot = hashlib.sha256(owner.encode()).digest()[0] % _LOCKS
        if not self._threads[slot].acquire(timeout=_LOCK_S):
            raise TimeoutError("a change of taught things does not end")
        try:
            if root := self.folder.local:
                # Not in the owner's folder, which must vanish with the last thing.
                place = root / ".locks"
                place.mkdir(mode=0o700, parents=True, exist_ok=True)
                with FileLock(place / f"{slot:02}", timeout=_LOCK_S):
                    yield
            else:
                with self._locked_in_store(f".locks/{slot:02}"):
                    yield
        finally:
            self._threads[slot].release()

    @contextmanager
    def _locked_in_store(self, name: str) -> Iterator[None]:
        """Holds the object `name`. A server that was killed with it delays the others for `_ABANDONED_S`."""
        own, holder = secrets.token_hex(8).encode(), None
        began = since = time.monotonic()
        while not self.folder.create(name, own):
            now = time.monotonic()
            found = self.folder.read(name)
            if found != holder:
                holder, since = found, now
            elif found is not None and now - since >= _ABANDONED_S:
                self.folder.drop(name)
            elif now - began >= _LOCK_S:
                raise TimeoutError("another server does not end its change of taught things")
            else:
                time.sleep(random.uniform(0.02, 0.1))
        try:
            yield
        finally:
            if self.folder.read(name) == own:  # else it took so long that another has it
                self.folder.drop(name)

    def owners(self, listed: Iterable[Stored] | None = None) -> dict[str, list[Stored]]:
        """Returns the files of each owner."""
        found: dict[str, list[Stored]] = defaultdict(list)
        for stored in self.folder.all() if listed is None else listed:
            owner, slash, _ = stored.name.partition("/")
            if slash and is_owner(owner):
                found[owner].append(stored)
        return found

    def load(
        self, owner: str, space: Space | None, known: Shelf | None = None, list_again: bool = False
    ) -> Shelf:
        """Returns the owner's shelf: `known` if that is of the last revision and not to be listed again.

        Vectors that `known` has are not read again.
        """
        # Before the rest: a change that comes meanwhile has another one, and all is read again.
        revision = self._revision(owner)
        is_known = known is not None and known.revision == revision
        if known and is_known and not list_again and (not space or known.fingerprint == space.fingerprint):
            return known
        names = [stored.name.removeprefix(f"{owner}/") for stored in self.folder.all(owner)]
        things = {} if "erasing" in names else self._things(owner, names)
        examples = self._examples(owner, things, set(names), space, known) if space else {}
        return shelf_of(revision, things, space, examples)

    def photo(self, owner: str, key: str, number: int) -> bytes | None:
        """Returns the JPEG, None if there is none."""
        return self.folder.read(f"{owner}/{key}/{number}.jpg")

    def write_photo(self, owner: str, key: str, number: int, picture: bytes | None) -> None:
        if picture is not None:
            self.folder.write(f"{owner}/{key}/{number}.jpg", picture)

    def write_example(self, owner: str, key: str, number: int, space: Space, example: Example) -> None:
        file = io.BytesIO()
        profile = np.empty(0, np.float32) if example.profile is None else example.profile
        np.save(file, np.concatenate([example.vector, profile]).astype(np.float32), allow_pickle=False)
        self.folder.write(_vector_file(owner, key, number, space.fingerprint), file.getvalue())

    def write_thing(self, owner: str, key: str, thing: Thing) -> None:
        """Makes everything true that `thing` says."""
        for until in thing.due():  # first: a marker of nothing does no harm
            self.folder.write(f"{owner}/{key}/until-{ceil(until):x}", b"")
        self.folder.write(f"{owner}/{key}/{_THING}", thing.model_dump_json(exclude_defaults=True).encode())

    def touch(self, owner: str) -> None:
        """Lets other servers see that something has changed."""
        self.folder.write(f"{owner}/revision", secrets.token_hex(8).encode())

    def copy_photo(self, owner: str, source: tuple[str, int], target: tuple[str, int]) -> None:
        """Copies the picture and all vectors of a photo."""
        (key, number), (to, new) = source, target
        for stored in self.folder.all(f"{owner}/{key}"):
            file = PurePosixPath(stored.name).name
            match = _PHOTO_FILE.fullmatch(file)
            if match and int(match[1]) == number and (data := self.folder.read(stored.name)) is not None:
                self.folder.write(f"{owner}/{to}/{new}{file.removeprefix(match[1])}", data)

    def drop_photos(self, owner: str, key: str, numbers: Iterable[int]) -> None:
        """Deletes every file of these photos."""
        dropped = set(numbers)
        for stored in self.folder.all(f"{owner}/{key}"):
            match = _PHOTO_FILE.fullmatch(PurePosixPath(stored.name).name)
            if match and int(match[1]) in dropped:
                self.folder.drop(stored.name)

    def drop_thing(self, owner: str, key: str) -> None:
        """Deletes every file of a thing, the list of them last: then it can be gone on with."""
        last = f"{owner}/{key}/{_THING}"
        for name in sorted((stored.name for stored in self.folder.all(f"{owner}/{key}")), key=last.__eq__):
            self.folder.drop(name)
        self.folder.prune(f"{owner}/{key}")

    def finish_erasing(self, owner: str) -> None:
        """Goes on with `erase` if a process was killed in it."""
        if self.folder.read(f"{owner}/erasing") is not None:
            self.erase(owner)

    def erase(self, owner: str) -> None:
        """Deletes everything of the owner. From its first write on, nothing of it counts any more."""
        marker = f"{owner}/erasing"
        self.folder.write(marker, b"")
        for name in sorted((stored.name for stored in self.folder.all(owner)), key=marker.__eq__):
            self.folder.drop(name)
            self.folder.prune(name.rpartition("/")[0])

    def tidy(self, owner: str, now: float, unlisted: set[str]) -> set[str]:
        """Deletes for good what is due at `now`, and what nothing lists and is in `unlisted` already.

        Returns what nothing lists: a process was killed before it could list it, or one is about to.
        """
        names = [stored.name for stored in self.folder.all(owner)]
        inner = [name.removeprefix(f"{owner}/") for name in names]
        if "erasing" in inner:
            self.erase(owner)
            return set()
        things = self._things(owner, inner, with_absorbed=True)
        absorbed = {one for thing in things.values() for one in thing.absorbed}
        for key, thing in things.items():
            if key in absorbed or (thing.gone and thing.gone.until <= now):
                self.drop_thing(owner, key)
            else:
                self._tidy_thing(owner, key, thing, now)
        for name in names:
            if (until := _time_in(name)) is not None and until <= now:
                self.folder.drop(name)
        kept = self._kept(owner, now)
        orphans = {stored.name for stored in self.folder.all(owner)} - kept
        for name in orphans & unlisted:
            self.folder.drop(name)
            self.folder.prune(name.rpartition("/")[0])
        if not kept:
            self.folder.drop(f"{owner}/revision")
            self.folder.prune(owner)
        return orphans - unlisted

    def due_at(self, files: Iterable[Stored]) -> int | None:
        """Returns when something of these files is to be deleted; None if nothing is."""
        times = (_time_in(stored.name) for stored in files)
        return min((time for time in times if time is not None), default=None)

    def _tidy_thing(self, owner: str, key: str, thing: Thing, now: float) -> None:
        over = [one.photo.number for one in thing.removed if one.undo.until <= now]
        if over:
            # The files first: what is listed is looked for again, what is not would never be.
            self.drop_photos(owner, key, over)
            left = [one for one in thing.removed if one.undo.until > now]
            self.write_thing(owner, key, thing.model_copy(update={"removed": left}))
            self.touch(owner)

    def _kept(self, owner: str, now: float) -> set[str]:
        """The files that belong to the owner's things; none if there are no things."""
        names = [stored.name.removeprefix(f"{owner}/") for stored in self.folder.all(owner)]
        things = self._things(owner, names, with_absorbed=True)
        damaged = {name.partition("/")[0] for name in names if name.endswith(f"/{_THING}")} - things.keys()
        kept = {"revision"} if things or damaged else set()
        for name in names:
            key, _, file = name.partition("/")
            if key in damaged or (key in things and _is_kept(file, things[key], now)):
                kept.add(name)
        return {f"{owner}/{name}" for name in kept}

    def _revision(self, owner: str) -> str | None:
        found = self.folder.read(f"{owner}/revision")
        return None if found is None else found.decode(errors="replace")

    def _things(self, owner: str, names: Iterable[str], with_absorbed: bool = False) -> dict[str, Thing]:
        keys = [name.partition("/")[0] for name in names if name.endswith(f"/{_THING}")]
        files = {f"{owner}/{key}/{_THING}": key for key in keys if _ID.fullmatch(key)}
        things: dict[str, Thing] = {}
        for file, data in self.folder.read_all(files).items():
            try:
                things[files[file]] = Thing.model_validate_json(data)
            except ValidationError:  # it is not quoted: it may have a name
                log.warning("PAISHI_TAUGHT: thing %s is damaged and left out", files[file])
        absorbed = {one for thing in things.values() for one in thing.absorbed}
        return things if with_absorbed else {key: one for key, one in things.items() if key not in absorbed}

    def _examples(
        self, owner: str, things: Mapping[str, Thing], names: set[str], space: Space, known: Shelf | None
    ) -> dict[tuple[str, int], Example]:
        old = known.examples if known and known.fingerprint == space.fingerprint else {}
        wanted = [(key, number) for key, thing in things.items() for number in thing.numbers()]
        found = {at: old[at] for at in wanted if at in old}
        files = {
            file: at
            for at in wanted
            if at not in found
            and (file := _vector_file(owner, *at, space.fingerprint)).removeprefix(f"{owner}/") in names
        }
        for file, data in self.folder.read_all(files).items():
            if example := _example(data, space):
                found[files[file]] = example
        return found


def _is_kept(file: str, thing: Thing, now: float) -> bool:
    if match := _PHOTO_FILE.fullmatch(file):
        return int(match[1]) in thing.numbers()
    until = _time_in(file)
    return file == _THING or (until is not None and until > now)


def _time_in(name: str) -> int | None:
    """The time in the name of a marker, None of another file."""
    match = _MARKER.fullmatch(PurePosixPath(name).name)
    return int(match[1], 16) if match else None


def _vector_file(owner: str, key: str, number: int, fingerprint: str) -> str:
    return f"{owner}/{key}/{number}.{hashlib.sha256(fingerprint.encode()).hexdigest()[:16]}.npy"


def _example(data: bytes, space: Space) -> Example | None:
    """Returns None for a damaged file: the photo is learned anew."""
    try:
        values = np.load(io.BytesIO(data), allow_pickle=False)
    except (ValueError, EOFError):
        return None
    if values.ndim != 1 or len(values) < space.dimensions:
        return None
    vector, profile = values[: space.dimensions], values[space.dimensions :]
    return Example(vector, profile if len(profile) else None)
