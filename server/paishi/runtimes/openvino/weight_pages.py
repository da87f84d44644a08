"""Weights that are mapped into memory from their file."""

import ctypes
import mmap
import os
from collections.abc import Iterator
from pathlib import Path

_MAPS = Path("/proc/self/maps")


def forget_pages(file: Path) -> None:
    """Gives the memory that `file` takes, mapped, back to the system, which reads it anew where it is needed.

    A compiled network has arranged its weights in a way of its own and does not look at the file any more,
    but OpenVINO keeps it mapped: on ResNet50 97 MB less, and the same answers to the last bit. Nothing
    happens where the system is not Linux.
    """
    if not _MAPS.exists():
        return
    advise = ctypes.CDLL(None, use_errno=True).madvise
    for start, end in _mappings(file):
        advise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), mmap.MADV_DONTNEED)


def _mappings(file: Path) -> Iterator[tuple[int, int]]:
    """Addresses from and to; those that nothing was written to, so that nothing can be lost."""
    name = os.path.realpath(file)
    for line in _MAPS.read_text(errors="replace").splitlines():
        where, rights, _, _, _, *path = line.split(maxsplit=5)
        if path == [name] and "w" not in rights:
            start, end = where.split("-")
            yield int(start, 16), int(end, 16)
