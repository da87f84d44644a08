"""Tells faults of the machine, which pass, from faults of the input, which stay."""

import errno
import os

FULL_DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""Of a disk, a quota or a limit of file sizes that leaves no room."""

_ERRNOS = FULL_DISK | {
    errno.ENOMEM, errno.EMFILE, errno.ENFILE, errno.EAGAIN, errno.EINTR, errno.EBUSY,
    errno.EIO, errno.ESTALE, errno.ETIMEDOUT,
}  # fmt: skip
# The dynamic linker has no error numbers, only texts.
_LINKER = (*map(os.strerror, (errno.EMFILE, errno.ENFILE, errno.ENOMEM)), "failed to map segment")
_NO_THREAD = "can't start new thread"
_EXHAUSTED = "ResourceExhaustedError"  # TensorFlow's MemoryError; its name, so that nothing is imported


def is_passing(error: BaseException) -> bool:
    """Whether `error`, or one that it came from, is a lack of disk, memory, descriptors or time.

    The same work may then succeed later, without any change to its input.
    """
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, MemoryError | TimeoutError) or type(seen).__name__ == _EXHAUSTED:
            return True
        if isinstance(seen, OSError) and seen.errno in _ERRNOS:
            return True
        if isinstance(seen, ImportError) and any(text in str(seen) for text in _LINKER):
            return True
        if isinstance(seen, RuntimeError) and str(seen) == _NO_THREAD:
            return True
        seen = seen.__cause__ or seen.__context__
    return False
