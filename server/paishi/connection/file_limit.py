"""The limit of open files, of which every connection is one."""

import logging
import sys

log = logging.getLogger(__name__)

BACKLOG = 512
"""Connections that wait to be accepted; asyncio accepts them all at once, before any can be closed."""

_OWN = 128
"""Files of the process itself: its model, its log, pipes of its threads."""


def raise_file_limit(connections: int) -> int:
    """Raises this process's limit for `connections`, if possible; returns how many of them fit."""
    if sys.platform == "win32":  # has no such limit
        return connections
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = connections + 2 * BACKLOG + _OWN
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return connections
    files = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))
    except (OSError, ValueError):  # forbidden by a system call filter, or above the kernel's own maximum
        files = soft
    if files >= needed:
        return connections
    fit = max(16, files - 2 * BACKLOG - _OWN)
    log.warning("only %d connections at once: this process may open %d files", fit, files)
    return fit
