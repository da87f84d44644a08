"""Memory of pictures that are done is there for the next."""

import ctypes
import platform
import subprocess
import sys

import pytest

from paishi.lifecycle.malloc_tuning import keep_freed_memory

PICTURES = """
import resource, sys
from paishi.lifecycle.malloc_tuning import keep_freed_memory
if sys.argv[1] == "kept":
    keep_freed_memory()
def decode():
    pictures = [b"x" * 2_250_000 for _ in range(3)]
for _ in range(3):
    decode()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(20):
    decode()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def pages_cleared(how: str) -> int:
    done = subprocess.run([sys.executable, "-c", PICTURES, how], capture_output=True, check=True, text=True)
    return int(done.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="not glibc")
def test_pages_are_not_cleared_again() -> None:
    assert pages_cleared("as it is") > 5000
    assert pages_cleared("kept") < 500


@pytest.mark.parametrize("lacks", [AttributeError, OSError, TypeError])
def test_another_allocator_stays_as_it_is(lacks: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    def load(name: None) -> object:
        raise lacks

    monkeypatch.setattr(ctypes, "CDLL", load)
    keep_freed_memory()
