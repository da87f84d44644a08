"""The processor's name, from a file as Linux writes it."""

from pathlib import Path

import pytest

from paishi.system.processor import processor_name


@pytest.mark.parametrize(
    ("cpuinfo", "name"),
    [
        (
            "processor\t: 0\nmodel name\t: AMD EPYC 9R14\nflags\t\t: fpu avx2 avx512_vnni sse\n\n"
            "processor\t: 1\nmodel name\t: another\nflags\t\t: amx_int8\n",
            "AMD EPYC 9R14 (avx2 avx512_vnni)",
        ),
        ("processor\t: 0\nmodel name\t: Old\nflags\t\t: fpu sse\n", "Old"),
    ],
)
def test_the_first_processor_and_its_instruction_sets(cpuinfo: str, name: str, tmp_path: Path) -> None:
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc/cpuinfo").write_text(cpuinfo)
    assert processor_name(tmp_path) == name


def test_without_such_a_file(tmp_path: Path) -> None:
    assert processor_name(tmp_path)
