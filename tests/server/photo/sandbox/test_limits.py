"""The system ends a process that takes too long, by CPU time and by the clock."""

import signal
import subprocess
import sys

import pytest

from paishi.photo.sandbox.limits import EXCEEDED
from tests.server.conftest import ROOT


def ended(block: str, then: str = "pass") -> int:
    code = (
        "import re, time; from paishi.photo.sandbox.limits import time_limit\n"
        f"with time_limit(0.1): {block}\n"
        f"{then}"
    )
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=60).returncode


def test_code_that_holds_the_interpreter_ends_by_cpu_time() -> None:
    assert ended("re.match('(a+)+$', 'a' * 40 + 'b')") in EXCEEDED


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals of timers")
def test_code_that_waits_ends_by_the_clock() -> None:
    assert ended("time.sleep(60)") == -signal.SIGALRM


def test_the_limit_ends_with_its_block() -> None:
    assert ended("pass", then="time.sleep(0.6); sum(range(10_000_000))") == 0
