"""Connections are open files, and a process may have only so many of those."""

import logging
import sys

log = logging.getLogger(__name__)

BACKLOG = 512
"""Connections that wait to be accepted. asyncio accepts them all at one go, before one can be turned away."""

_OWN = 128
"""Files of the process itself: its network's, its log, its threads' pipes."""


def make_room_for(connections: int) -> int:
    """Raises this process's limit as far as it may. How many of `connections` then fit."""
    if sys.platform == "win32":  # which has no such limit
        return connections
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = connections + 2 * BACKLOG + _OWN
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return connections
    files = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))
    except (OSError, ValueError):  # a filter of system calls forbids it, or the kernel gives nobody so many
        files = soft
    if files >= needed:
        return connections
    fit = max(16, files - 2 * BACKLOG - _OWN)
    log.warning("only %d connections at once: this process may open %d files", fit, files)
    return fit
