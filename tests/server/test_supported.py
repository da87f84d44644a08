"""Machines on which pip would fail late and without a reason."""

import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType
from typing import Any

import pytest

from tests.server.conftest import ROOT

FILE = ROOT / "server" / "supported.py"


@pytest.fixture(scope="module")
def supported() -> ModuleType:
    spec = spec_from_file_location("supported", FILE)
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


LINUX = {
    "system": "Linux",
    "machine": "x86_64",
    "libc": ("glibc", "2.36"),
    "macos": (),
    "flags": {"sse4_2", "avx"},
    "free_mb": 50_000,
}
ARM = {**LINUX, "machine": "aarch64", "flags": set()}
MAC = {**LINUX, "system": "Darwin", "machine": "arm64", "libc": ("", ""), "macos": (14, 1), "flags": set()}
WINDOWS = {**LINUX, "system": "Windows", "machine": "AMD64", "libc": ("", ""), "flags": set()}
OLD = {**LINUX, "flags": {"sse4_2"}}


@pytest.mark.parametrize(
    "machine",
    [
        LINUX,
        {**LINUX, "libc": ("glibc", "2.28")},
        {**ARM, "libc": ("glibc", "2.35")},
        MAC,
        {**MAC, "macos": (12,)},
        WINDOWS,
        {**OLD, "slim": True},
        {**LINUX, "free_mb": 1000, "slim": True},
    ],
)
def test_here_it_can_be_installed(supported: ModuleType, machine: dict[str, Any]) -> None:
    assert supported.refusal(**machine) == ""


@pytest.mark.parametrize(
    ("machine", "words"),
    [
        ({**LINUX, "libc": ("", "")}, "musl"),
        ({**LINUX, "libc": ("glibc", "2.17")}, r"glibc 2\.28 or later .* here is 2\.17"),
        ({**ARM, "libc": ("glibc", "2.31")}, r"glibc 2\.35 .* Ubuntu 22\.04"),
        ({**LINUX, "machine": "armv7l", "bits": 32}, "64-bit Raspberry Pi OS"),
        ({**LINUX, "machine": "riscv64"}, "x86-64 or ARM"),
        ({**WINDOWS, "bits": 32}, "64-bit Python"),
        ({**WINDOWS, "machine": "ARM64"}, "Python for x64"),
        ({**MAC, "machine": "x86_64"}, "Intel"),
        ({**MAC, "machine": "x86_64", "translated": True}, "Rosetta"),
        ({**MAC, "macos": (11, 7)}, "macOS 12"),
        (OLD, "AVX.*SLIM=1"),
        ({**LINUX, "flags": {"sse2"}, "slim": True}, r"SSE 4\.2"),
        ({**LINUX, "free_mb": 1000}, "2600 MB of disk, but here are 1000 MB"),
    ],
)
def test_elsewhere_it_says_why_not(supported: ModuleType, machine: dict[str, Any], words: str) -> None:
    with pytest.raises(SystemExit, match=words):
        sys.exit(supported.refusal(**machine))


def test_this_machine_can_be_told() -> None:
    command = [sys.executable, "-I", str(FILE), "--slim"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert (done.returncode, done.stderr) == (0, "")
