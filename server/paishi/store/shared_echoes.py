"""Echoes in a folder that several servers share."""

import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from paishi.store.folder import Folder, FolderAccess, Stored
from paishi.system.atomic_write import SCRATCH

_KEY = re.compile(r"[0-9a-f]{8,12}-[A-Za-z0-9_-]{22}")
_SUFFIX = ".jpg"
_OURS = re.compile(rf"{_KEY.pattern}{re.escape(_SUFFIX)}({SCRATCH})?")
_SWEEP_EVERY_S = 30.0


@dataclass
class _Known:
    """What this server knows of the folder: from the last sweep, and what it put there since."""

    size: int = 0
    pictures: int = 0
    swept_at: float = -_SWEEP_EVERY_S


class SharedEchoes:
    """`folder` is for them alone. A key begins with when its picture was put, in seconds as hexadecimal, so
    that every server can tell its age without asking. `clock` tells seconds since 1970.

    Each server also sweeps when it puts, from time to time and when its own pictures reach the bound: several
    servers together may for a while keep more than `max_bytes`.
    """

    def __init__(
        self, folder: Folder, max_bytes: int, max_age_s: float, clock: Callable[[], float] = time.time
    ) -> None:
        self.max_bytes = max_bytes
        self.max_age_s = max_age_s
        self._folder = folder
        self._clock = clock
        self._known = _Known()
        self._access = FolderAccess()

    @property
    def size(self) -> int:
        return self._known.size

    @property
    def pictures(self) -> int:
        return self._known.pictures

    async def put(self, picture: bytes) -> str:
        key = f"{int(self._clock()):x}-{secrets.token_urlsafe(16)}"
        await self._access(lambda: self._put(key, picture))
        return key

    async def get(self, key: str) -> bytes | None:
        if not _KEY.fullmatch(key) or self._is_old(key):
            return None
        return await self._access(lambda: self._folder.read(key + _SUFFIX))

    async def sweep(self) -> float:
        return await self._access(self._sweep)

    def _put(self, key: str, picture: bytes) -> None:
        self._folder.write(key + _SUFFIX, picture)
        self._known.size += len(picture)
        self._known.pictures += 1
        due = self._clock() - self._known.swept_at >= _SWEEP_EVERY_S
        if due or self._known.size > self.max_bytes:
            self._sweep(keep=key + _SUFFIX)

    def _sweep(self, keep: str | None = None) -> float:
        """`keep` and the newest stay even where they alone are over the bound: their senders were just told
        where they are."""
        young = self._drop_old()
        staying = [stored for stored in young if stored.name.endswith(_SUFFIX)]
        size = sum(stored.size for stored in staying)
        while size > self.max_bytes and len(staying) > 1 and staying[0].name != keep:
            dropped = staying.pop(0)
            self._folder.drop(dropped.name)
            size -= dropped.size
        now = self._clock()
        self._known = _Known(size, len(staying), now)
        # Another server's clock may be ahead, and what comes next is older than what that one put.
        oldest_put_at = min([now, *(_put_at(stored.name) for stored in young[:1])])
        return oldest_put_at + self.max_age_s - now

    def _drop_old(self) -> list[Stored]:
        """What is left, the oldest first: also what a server began to write, for it may have ended since and
        nobody else deletes that."""
        young: list[Stored] = []
        for stored in self._folder.all():
            if not _OURS.fullmatch(stored.name):
                continue
            if self._is_old(stored.name):
                self._folder.drop(stored.name)
            else:
                young.append(stored)
        return young

    def _is_old(self, name: str) -> bool:
        return _put_at(name) < self._clock() - self.max_age_s


def _put_at(name: str) -> int:
    """Of a key or of a file that begins with one, in seconds since 1970."""
    return int(name.split("-", 1)[0], 16)
