"""Photos that users sent with the right name."""

import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterator

from paishi.problems.kinds import CorrectionsFull
from paishi.store.folder import Folder, FolderAccess

_RECOUNT_S = 600.0
_RETRY_AFTER_S = 3600


class Corrections:
    """JPEG files in `folder`, one subfolder per label. At `max_bytes` further ones are refused and none is
    dropped, or a stranger could wash away those of others.

    Other servers may fill the folder too, so its size is counted again every 10 minutes by `clock`.
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
        if self._counted_at is None or now - self._counted_at > _RECOUNT_S:
            self._size, self._counted_at = sum(stored.size for stored in self._folder.all()), now
        if self._size + len(picture) > self.max_bytes:
            self._counted_at = None  # the operator may make room
            return False
        day = time.strftime("%Y%m%d")
        self._folder.write(f"{label}/{day}-{secrets.token_hex(8)}.jpg", picture)
        self._size += len(picture)
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
