"""How many cores this process may keep busy."""

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

_UNLIMITED = ("max", "-1")


def usable_cores(root: Path = Path("/")) -> int:
    """Whole cores, at least 1: those that it may run on, or fewer where a control group limits their time.

    A share of a core is left to others: more threads than whole cores would be stopped in turn, and a
    network waits for the slowest of them. `root` is where /proc and /sys are.

    Source: Linux, Documentation/admin-guide/cgroup-v2.rst (cpu.max), Documentation/scheduler/sched-bwc.rst.
    """
    affinity = getattr(os, "sched_getaffinity", None)  # Linux only
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    return max(1, min([cores, *_quotas(root)]))


def _quotas(root: Path) -> Iterator[int]:
    """Whole cores that each control group above this process allows."""
    for folder in _groups(root):
        try:
            if (both := folder / "cpu.max").exists():
                quota, period = both.read_text().split()
            else:
                quota = (folder / "cpu.cfs_quota_us").read_text().strip()
                period = (folder / "cpu.cfs_period_us").read_text().strip()
            if quota not in _UNLIMITED:
                yield int(quota) // int(period)
        except (OSError, ValueError, ZeroDivisionError):
            continue


def _groups(root: Path) -> Iterator[Path]:
    try:
        lines = (root / "proc/self/cgroup").read_text().splitlines()
    except OSError:
        return
    mounts = root / "sys/fs/cgroup"
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers and "cpu" not in controllers.split(","):
            continue
        # Version 1 mounts each set of controllers by itself. In a container, what is mounted can be the
        # group itself while `path` is still the host's: the mount's top is asked in any case.
        for mount in (mounts / controllers, mounts / "cpu") if controllers else (mounts, mounts / "unified"):
            relative = PurePosixPath(path.lstrip("/"))
            yield from (mount / group for group in (relative, *relative.parents))
