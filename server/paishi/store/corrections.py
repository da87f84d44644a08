"""Photos that people gave away with the name that they know better."""

import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterator

from paishi.problems.kinds import CorrectionsFull
from paishi.store.folder import Folder, FolderAccess

_RECOUNT_S = 600.0
_RETRY_AFTER_S = 3600


class Corrections:
    """One subfolder of `folder` a label, with JPEG files in it. Full at `max_bytes`: then nothing more is
    taken and nothing is dropped, or a stranger could wash away what others gave.

    `clock` is for how long the count of a folder that others may fill too is believed.
    """

    def __init__(self, folder: Folder, max_bytes: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.max_bytes = max_bytes
        self._folder = folder
        self._clock = clock
        self._size = 0
        self._counted_at: float | None = None
        self._access = FolderAccess()

    async def keep(self, picture: bytes, label: str) -> None:
        """`label` as `paishi.store.label.as_label` gives it. Raises CorrectionsFull, StoreUnavailable."""
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


def counted(folder: Folder) -> Counter[str]:
    """How many pictures there are of each label."""
    return Counter(label for label, _ in _pictures(folder))


def exported(folder: Folder, missing: Callable[[str], bool]) -> Iterator[tuple[str, bytes]]:
    """Name, as "label/file.jpg", and content of each picture that is `missing` where it is to go."""
    for _, name in _pictures(folder):
        if missing(name) and (picture := folder.read(name)) is not None:
            yield name, picture


def cleared(folder: Folder) -> int:
    """Deletes them all; how many there were."""
    names = [name for _, name in _pictures(folder)]
    for name in names:
        folder.drop(name)
    return len(names)


def _pictures(folder: Folder) -> Iterator[tuple[str, str]]:
    for stored in folder.all():
        label, _, file = stored.name.rpartition("/")
        if label and "/" not in label and file.endswith(".jpg"):
            yield label, stored.name
