"""Processor time of a process: what does not change when a neighbour takes half of the machine."""

import os
from pathlib import Path

_USER, _SYSTEM = 11, 12
"""Fields of /proc/PID/stat behind the name; source: proc_pid_stat(5), utime and stime."""


def processor_seconds(pid: int) -> float | None:
    """Core-seconds that the process and its threads have used; None where /proc has no such file."""
    try:
        line = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    fields = line.rpartition(")")[2].split()  # the name before it may hold anything
    return (int(fields[_USER]) + int(fields[_SYSTEM])) / os.sysconf("SC_CLK_TCK")
