"""Photos that users sent with the right name."""

import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterator

from paishi.problems.kinds import CorrectionsFull
from paishi.store.folder import Folder, FolderAccess, space_of

_RECOUNT_S = 600.0
_RECOUNT_FULL_S = 60.0
_RETRY_AFTER_S = 3600


class Corrections:
    """JPEG files in `folder`, one subfolder per label. At `max_bytes` further ones are refused and none is
    dropped, or a stranger could wash away those of others.

    Other servers may fill the folder too, and the operator may empty it, so its size is counted again after
    10 minutes by `clock`, and while it is full after one: listing a large store takes a second.
    """

    def __init__(self, folder: Folder, max_bytes: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.max_bytes = max_bytes
        self._folder = folder
        self._clock = clock
        self._size = 0
        self._counted_at: float | None = None
        self._access = FolderAccess()

    async def keep(self, picture: bytes, label: str) -> None:
        """`label` as `paishi.store.label.safe_label` returns it. Raises CorrectionsFull, StoreUnavailable."""
        if not await self._access(lambda: self._keep(picture, label)):
            raise CorrectionsFull(
                "The operator has to make room first: export and clear the corrections.",
                retry_after=_RETRY_AFTER_S,
            )

    def _keep(self, picture: bytes, label: str) -> bool:
        now = self._clock()
        space = space_of(len(picture))
        recount_s = _RECOUNT_S if self._size + space <= self.max_bytes else _RECOUNT_FULL_S
        if self._counted_at is None or now - self._counted_at >= recount_s:
            self._counted_at = now  # first, so that no other thread counts as well
            self._size = sum(stored.space for stored in self._folder.all())
        if self._size + space > self.max_bytes:
            return False
        day = time.strftime("%Y%m%d")
        self._folder.write(f"{label}/{day}-{secrets.token_hex(8)}.jpg", picture)
        self._size += space
        return True


def picture_names(folder: Folder) -> Iterator[str]:
    """Yields "label/file.jpg" for each picture in `folder`."""
    for stored in folder.all():
        label, _, file = stored.name.rpartition("/")
        if label and "/" not in label and file.endswith(".jpg"):
            yield stored.name


def count_by_label(folder: Folder) -> Counter[str]:
    """Returns the number of pictures for each label."""
    return Counter(name.partition("/")[0] for name in picture_names(folder))
