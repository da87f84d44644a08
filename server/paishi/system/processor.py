"""Name of this machine's processor."""

import platform
from functools import cache
from pathlib import Path

_FOR_MODELS = {"avx2", "avx512f", "avx_vnni", "avx512_vnni", "avx512_bf16", "amx_bf16", "amx_int8"} | {
    "asimddp", "asimdhp", "i8mm", "bf16", "sve",
}  # fmt: skip
"""Instruction sets that make models faster, under Linux's names; on them depends how results are rounded."""


@cache
def processor_name(root: Path = Path("/")) -> str:
    """Returns the processor's model and, on Linux, its instruction sets for models, for people to read.

    `root` is the folder of /proc.
    """
    lines = cpuinfo(root)
    if not lines:
        return platform.processor() or platform.machine()
    model = lines.get("model name") or platform.machine()
    sets = sorted(_FOR_MODELS & set((lines.get("flags") or lines.get("Features", "")).split()))
    return f"{model} ({' '.join(sets)})" if sets else model


def cpuinfo(root: Path = Path("/")) -> dict[str, str]:
    """Returns what Linux tells of the first processor, by Linux's names; nothing elsewhere."""
    lines: dict[str, str] = {}
    try:
        for line in (root / "proc/cpuinfo").read_text(errors="replace").splitlines():
            name, _, value = line.partition(":")
            lines.setdefault(name.strip(), value.strip())
    except OSError:
        return {}
    return lines
