"""A full disk, in the words of this command, whichever library met it."""

from collections.abc import Iterator
from contextlib import contextmanager

from paishi.export.errors import ExportRefused
from paishi.system.passing_fault import FULL_DISK

_TEXTS = ("No space left on device", "File too large", "Disk quota exceeded")
"""As TensorFlow, HDF5 and protobuf report it in errors of their own."""


@contextmanager
def named_full_disk(folder: object) -> Iterator[None]:
    """Raises ExportRefused, which names `folder`, instead of an error of the block that means a full disk."""
    try:
        yield
    except Exception as error:
        if not is_full_disk(error):
            raise
        raise ExportRefused(
            f"The disk with {folder} is full, and nothing half-written is left: make room, or export to "
            "another one."
        ) from error


def is_full_disk(error: BaseException) -> bool:
    """Whether `error`, or one that it came from, means a full disk."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, OSError) and seen.errno in FULL_DISK:
            return True
        if any(text in str(seen) for text in _TEXTS):
            return True
        seen = seen.__cause__ or seen.__context__
    return False
