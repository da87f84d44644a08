"""The limit of open files, of which every connection is one."""

import logging
import sys
from typing import NamedTuple

log = logging.getLogger(__name__)

BACKLOG = 512
"""Connections that wait to be accepted, at most; all are accepted at once, before any can be closed."""

_OWN = 128
"""Files of the process itself: its model, its log, pipes of its threads."""

_SMALLEST_SHARE = 16
"""Part of the files that the backlog always has: without one, a crowd's connections arrive a second late."""


class Room(NamedTuple):
    """How many connections fit, and how many may wait to be accepted."""

    connections: int
    backlog: int


def raise_file_limit(connections: int) -> Room:
    """Raises this process's limit for `connections`, if possible; otherwise shrinks first the backlog."""
    if sys.platform == "win32":  # has no such limit
        return Room(connections, BACKLOG)
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = connections + 2 * BACKLOG + _OWN
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return Room(connections, BACKLOG)
    files = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))
    except (OSError, ValueError):  # forbidden by a system call filter, or above the kernel's own maximum
        files = soft
    left = max(files - _OWN, 32)
    backlog = min(BACKLOG, max((left - connections) // 2, left // _SMALLEST_SHARE))
    fit = min(connections, left - 2 * backlog)
    if fit < connections:
        log.warning("only %d connections at once: this process may open %d files", fit, files)
    return Room(fit, backlog)
