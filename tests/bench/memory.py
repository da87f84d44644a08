"""Resident memory of a process and all that it started."""

import subprocess
from collections.abc import Iterable
from typing import NamedTuple


class _Process(NamedTuple):
    pid: int
    parent: int
    kilobytes: int


def resident_mb(pid: int) -> float | None:
    """Megabytes (10^6 bytes) resident now, children included; None where the system has no `ps`."""
    try:
        listing = subprocess.run(
            ["ps", "-A", "-o", "pid=,ppid=,rss="], capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    processes = [_Process(*map(int, line.split())) for line in listing.splitlines()]
    return sum_of_family(processes, pid) * 1024 / 1e6


def sum_of_family(processes: Iterable[tuple[int, int, int]], pid: int) -> int:
    """The third column summed over `pid` and its descendants; rows are pid, parent, value."""
    rows = list(processes)
    family = {pid}
    while grown := {child for child, parent, _ in rows if parent in family} - family:
        family |= grown
    return sum(value for member, _, value in rows if member in family)
