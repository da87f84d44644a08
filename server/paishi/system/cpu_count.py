"""Number of CPU cores that this process may use."""

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

_UNLIMITED = ("max", "-1")


def usable_cores(root: Path = Path("/")) -> int:
    """Returns whole cores, at least 1: the CPU affinity, or fewer if a control group limits CPU time.

    A fraction of a core does not count: with more threads than whole cores the system would throttle some,
    and a model waits for its slowest thread. `root` is the folder of /proc and /sys.

    Source: Linux, Documentation/admin-guide/cgroup-v2.rst (cpu.max), Documentation/scheduler/sched-bwc.rst.
    """
    affinity = getattr(os, "sched_getaffinity", None)  # Linux only
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    return max(1, min([cores, *_quotas(root)]))


def _quotas(root: Path) -> Iterator[int]:
    """Yields the whole cores that each control group above this process allows."""
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
        # Version 1 mounts each set of controllers separately. In a container the mount can be the group
        # itself while `path` is still the host's, so the mount's top is read in any case.
        for mount in (mounts / controllers, mounts / "cpu") if controllers else (mounts, mounts / "unified"):
            relative = PurePosixPath(path.lstrip("/"))
            yield from (mount / group for group in (relative, *relative.parents))
