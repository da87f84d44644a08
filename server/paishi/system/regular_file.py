"""Reads an operator's small files."""

import os
import stat
from pathlib import Path


def read_text(file: Path, most: int) -> str:
    """Returns the content of a regular file of at most `most` bytes, UTF-8 with or without a byte order mark.

    Raises OSError as `read_bytes` does; UnicodeDecodeError for other text.
    """
    return read_bytes(file, most).decode("utf-8-sig")


def read_bytes(file: Path, most: int) -> bytes:
    """Returns the content of a regular file of at most `most` bytes.

    Raises OSError, also for a longer file and for a pipe or a device, whose reader could wait for ever.
    """
    # Without O_NONBLOCK, opening a pipe would wait for its other end. Windows has neither.
    descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with open(descriptor, "rb") as stream:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(None, "it is no regular file", str(file))
        content = stream.read(most + 1)
    if len(content) > most:
        raise OSError(None, f"it has more than {most:,} bytes", str(file))
    return content
