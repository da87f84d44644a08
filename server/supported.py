"""Says why PaiShi cannot be installed on this machine, before pip tries: `python supported.py [--slim]`.

It needs no package and ends with 1 if something lacks. What it knows are the platforms of OpenVINO's and
TensorFlow's wheels.
"""

import os
import platform
import shutil
import subprocess
import sys

GLIBC = {"x86_64": (2, 28), "aarch64": (2, 35)}
"""The oldest that OpenVINO's wheels for Linux run on, by machine."""
NEEDED_MB = 2600
NEEDED_SLIM_MB = 600


def refusal(
    system: str,
    machine: str,
    libc: tuple[str, str],
    macos: tuple[int, ...],
    flags: set[str],
    free_mb: int,
    translated: bool = False,
    bits: int = 64,
    slim: bool = False,
) -> str:
    """Returns a sentence that says what to do, or "" if PaiShi can be installed.

    `system` and `machine` are as in `platform`, `libc` as its `libc_ver`, `macos` is the version as a tuple,
    `flags` has the processor's features, empty if unknown, and `free_mb` is the room on the disk.
    `translated` is True for an Intel Python on Apple silicon; `slim` leaves out Keras and TensorFlow.
    """
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(machine.lower(), machine.lower())
    return (
        _no_builds(system, machine, libc, macos, translated, bits)
        or _no_avx(machine, flags, slim)
        or _no_room(free_mb, NEEDED_SLIM_MB if slim else NEEDED_MB)
    )


def _no_builds(
    system: str, machine: str, libc: tuple[str, str], macos: tuple[int, ...], translated: bool, bits: int
) -> str:
    if bits == 32 or machine not in GLIBC:
        return (
            "OpenVINO and TensorFlow need a 64-bit system and a 64-bit Python on x86-64 or ARM; this is "
            f"{machine}, {bits} bits. On a Raspberry Pi 4 or 5: the 64-bit Raspberry Pi OS."
        )
    if system == "Darwin":
        return _not_on_mac(machine, macos, translated)
    if system == "Windows" and machine == "aarch64":
        return "OpenVINO has no build for Windows on ARM: install Python for x64, which Windows 11 runs too."
    return _not_on_linux(machine, libc) if system == "Linux" else ""


def _not_on_mac(machine: str, macos: tuple[int, ...], translated: bool) -> str:
    if translated:
        return "This Python is for Intel and runs under Rosetta: install one for Apple silicon (arm64)."
    if machine == "x86_64":
        return (
            "OpenVINO and TensorFlow have no builds for Macs with Intel processors any more: use a virtual "
            "machine with Linux, or Docker (docs/en/deploy.md)."
        )
    return "" if macos >= (12,) else "TensorFlow needs macOS 12 or later."


def _not_on_linux(machine: str, libc: tuple[str, str]) -> str:
    name, version = libc
    if name != "glibc":
        return (
            "OpenVINO and TensorFlow have no builds for musl (Alpine): use a system with glibc such as "
            "Debian, or Docker (docs/en/deploy.md)."
        )
    if tuple(int(part) for part in version.split(".")[:2]) < GLIBC[machine]:
        wanted = ".".join(map(str, GLIBC[machine]))
        system = "Debian 12 or Ubuntu 22.04" if machine == "aarch64" else "Debian 10, Ubuntu 20.04 or RHEL 8"
        return (
            f"OpenVINO needs glibc {wanted} or later on {machine}, but here is {version}: use "
            f"{system} or Docker."
        )
    return ""


def _no_avx(machine: str, flags: set[str], slim: bool) -> str:
    if machine == "x86_64" and flags and "sse4_2" not in flags:
        return "OpenVINO needs a processor with SSE 4.2, and this one, or this virtual machine, has none."
    if machine == "x86_64" and flags and "avx" not in flags and not slim:
        return (
            "TensorFlow needs a processor with AVX, and this one, or this virtual machine, has none. "
            "`make run SLIM=1` needs no TensorFlow: the built-in model works, others cannot be converted."
        )
    return ""


def _no_room(free_mb: int, needed_mb: int) -> str:
    if free_mb < needed_mb:
        return f"The installation needs {needed_mb} MB of disk, but here are {free_mb} MB: free some space."
    return ""


def _flags() -> set[str]:
    try:
        with open("/proc/cpuinfo") as file:
            lines = [line.partition(":")[2].split() for line in file if line.startswith("flags")]
        return set(lines[0]) if lines else set()
    except OSError:
        return set()


def _is_translated() -> bool:
    if sys.platform != "darwin":
        return False
    try:
        return subprocess.check_output(["sysctl", "-in", "sysctl.proc_translated"]).strip() == b"1"
    except OSError:
        return False


if __name__ == "__main__":
    said = refusal(
        platform.system(),
        platform.machine(),
        platform.libc_ver(),
        tuple(int(part) for part in platform.mac_ver()[0].split(".") if part),
        _flags(),
        shutil.disk_usage(os.getcwd()).free // 1_000_000,
        _is_translated(),
        64 if sys.maxsize > 2**32 else 32,
        "--slim" in sys.argv,
    )
    if said:
        sys.exit(said)
