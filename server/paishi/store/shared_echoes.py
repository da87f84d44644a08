"""Echoes in a folder that several servers share."""

import re
import secrets
import time
from collections.abc import Callable

from paishi.store.folder import Folder, FolderAccess, Stored, space_of
from paishi.system.atomic_write import SCRATCH

_KEY = re.compile(r"[0-9a-f]{8,12}-[A-Za-z0-9_-]{22}")
_SUFFIX = ".jpg"
_OURS = re.compile(rf"{_KEY.pattern}{re.escape(_SUFFIX)}({SCRATCH})?")
_SWEEP_EVERY_S = 30.0
_SWEEP_TO = 0.9


class SharedEchoes:
    """Echoes as files in `folder`, which has no others. A key begins with the time of its `put`, in
    hexadecimal seconds since 1970 by `clock`, so that every server can see its age.

    Each server also sweeps as it puts, from time to time and when its own pictures reach the bound: several
    servers together may exceed `max_bytes` for a while. `size` and `pictures` are of the last sweep, plus
    what this server put since.
    """

    def __init__(
        self, folder: Folder, max_bytes: int, max_age_s: float, clock: Callable[[], float] = time.time
    ) -> None:
        self.max_bytes = max_bytes
        self.max_age_s = max_age_s
        self.size = 0
        self.pictures = 0
        self._folder = folder
        self._clock = clock
        self._swept_at = 0.0
        self._access = FolderAccess()

    async def put(self, picture: bytes) -> str:
        key = f"{int(self._clock()):x}-{secrets.token_urlsafe(16)}"
        await self._access(lambda: self._put(key, picture))
        return key

    async def get(self, key: str) -> bytes | None:
        if not _KEY.fullmatch(key) or self._is_expired(key):
            return None
        return await self._access(lambda: self._folder.read(key + _SUFFIX))

    async def sweep(self) -> float:
        return await self._access(self._sweep)

    def _put(self, key: str, picture: bytes) -> None:
        self._folder.write(key + _SUFFIX, picture)
        self.size += space_of(len(picture))
        self.pictures += 1
        if self._clock() - self._swept_at >= _SWEEP_EVERY_S or self.size > self.max_bytes:
            self._sweep(keep=key + _SUFFIX)

    def _sweep(self, keep: str | None = None) -> float:
        """`keep` and the newest stay even if they alone exceed the bound: their senders have just received
        the key."""
        young = self._drop_expired()
        staying = [stored for stored in young if stored.name.endswith(_SUFFIX)]
        size = sum(stored.space for stored in staying)
        # Down to less than the bound, or every further picture would list the whole store.
        goal = self.max_bytes if size <= self.max_bytes else _SWEEP_TO * self.max_bytes
        while size > goal and len(staying) > 1 and staying[0].name != keep:
            dropped = staying.pop(0)
            self._folder.drop(dropped.name)
            size -= dropped.space
        self.size, self.pictures, self._swept_at = size, len(staying), self._clock()
        # Another server's clock may be ahead, and the next picture older than its ones.
        oldest_put_at = min([self._swept_at, *(_put_at(stored.name) for stored in young[:1])])
        return oldest_put_at + self.max_age_s - self._swept_at

    def _drop_expired(self) -> list[Stored]:
        """Returns the others, oldest first. Files that a server began to write expire as well: if it stopped
        since, nobody else deletes them."""
        young: list[Stored] = []
        for stored in self._folder.all():
            if not _OURS.fullmatch(stored.name):
                continue
            if self._is_expired(stored.name):
                self._folder.drop(stored.name)
            else:
                young.append(stored)
        return young

    def _is_expired(self, name: str) -> bool:
        return _put_at(name) < self._clock() - self.max_age_s


def _put_at(name: str) -> int:
    """Returns the time in a key or in a file name that begins with one, in seconds since 1970."""
    return int(name.split("-", 1)[0], 16)
