"""Echoes in a folder that several servers share."""

import logging
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from server.store.folder import Folder, FolderAccess, Stored

log = logging.getLogger(__name__)

_KEY = re.compile(r"[0-9a-f]{8,12}-[A-Za-z0-9_-]{22}")
_SUFFIX = ".jpg"
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

    Each server sweeps when it puts, from time to time and when its own pictures reach the bound: several
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

    def _put(self, key: str, picture: bytes) -> None:
        self._folder.write(key + _SUFFIX, picture)
        self._known.size += len(picture)
        self._known.pictures += 1
        due = self._clock() - self._known.swept_at >= _SWEEP_EVERY_S
        if due or self._known.size > self.max_bytes:
            self._sweep(keep=key + _SUFFIX)

    def _sweep(self, keep: str) -> None:
        """The newest stays even where it alone is over the bound: its sender was just told where it is."""
        staying: list[Stored] = []
        for stored in self._folder.all():  # the oldest first
            key = stored.name.removesuffix(_SUFFIX)
            if _KEY.fullmatch(key) and self._is_old(key):
                self._folder.drop(stored.name)
            elif _KEY.fullmatch(key):
                staying.append(stored)
        size = sum(stored.size for stored in staying)
        for stored in list(staying):
            if size <= self.max_bytes or stored.name == keep:
                break
            self._folder.drop(stored.name)
            staying.remove(stored)
            size -= stored.size
        self._known = _Known(size, len(staying), self._clock())

    def _is_old(self, key: str) -> bool:
        return int(key.split("-", 1)[0], 16) < self._clock() - self.max_age_s
