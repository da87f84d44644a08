"""Cores as a control group limits them, read from files as Linux writes them."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from paishi.system.cpu_count import usable_cores

MACHINE = 8


@pytest.fixture(autouse=True)
def eight_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: set(range(MACHINE)), raising=False)


def cores(root: Path, files: Mapping[str, str]) -> int:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return usable_cores(root)


V1 = "sys/fs/cgroup/cpu,cpuacct"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, MACHINE),
        ({"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "max 100000\n"}, MACHINE),
        ({"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "200000 100000\n"}, 2),
        ({"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "150000 50000\n"}, 3),
        # Two threads on one and a half core would be stopped in turn.
        ({"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "150000 100000\n"}, 1),
        ({"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "50000 100000\n"}, 1),
        ({"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "6400000 100000\n"}, MACHINE),
        ({"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "nonsense\n"}, MACHINE),
        ({"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "100000 0\n"}, MACHINE),
    ],
)
def test_version_2(tmp_path: Path, files: dict[str, str], expected: int) -> None:
    assert cores(tmp_path, files) == expected


def test_a_limit_further_up_holds_too(tmp_path: Path) -> None:
    files = {
        "proc/self/cgroup": "0::/system.slice/paishi.service\n",
        "sys/fs/cgroup/system.slice/cpu.max": "300000 100000\n",
        "sys/fs/cgroup/system.slice/paishi.service/cpu.max": "500000 100000\n",
    }
    assert cores(tmp_path, files) == 3


def test_a_container_that_is_told_the_path_of_its_host(tmp_path: Path) -> None:
    files = {"proc/self/cgroup": "0::/docker/0123abcd\n", "sys/fs/cgroup/cpu.max": "400000 100000\n"}
    assert cores(tmp_path, files) == 4


@pytest.mark.parametrize(
    ("quota", "expected"), [("250000", 2), ("-1", MACHINE), ("20000", 1), ("800000", MACHINE)]
)
def test_version_1(tmp_path: Path, quota: str, expected: int) -> None:
    files = {
        "proc/self/cgroup": "5:memory:/a\n3:cpu,cpuacct:/a\n2:cpuset:/a\n1:name=systemd:/a\n",
        f"{V1}/a/cpu.cfs_quota_us": f"{quota}\n",
        f"{V1}/a/cpu.cfs_period_us": "100000\n",
        # Not a limit of this process.
        f"{V1}/b/cpu.cfs_quota_us": "100000\n",
        f"{V1}/b/cpu.cfs_period_us": "100000\n",
    }
    assert cores(tmp_path, files) == expected


def test_where_both_versions_are_mounted(tmp_path: Path) -> None:
    files = {
        "proc/self/cgroup": "1:cpu:/\n0::/\n",
        "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "700000\n",
        "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
        "sys/fs/cgroup/unified/cpu.max": "600000 100000\n",
    }
    assert cores(tmp_path, files) == 6


def test_never_more_than_it_may_run_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {5, 7}, raising=False)
    files = {"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "400000 100000\n"}
    assert cores(tmp_path, files) == 2


def test_elsewhere_than_on_linux(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: 6)
    assert cores(tmp_path, {}) == 6


def test_here() -> None:
    assert usable_cores() >= 1
