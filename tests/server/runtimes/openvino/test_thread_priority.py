"""Threads of inference run at low priority."""

import asyncio
import os
import sys
import threading
from pathlib import Path

import pytest

from paishi.runtimes.openvino.runtime import OpenVINORuntime
from paishi.runtimes.openvino.thread_priority import NICENESS, at_low_priority
from paishi.system.cpu_budget import CpuBudget
from tests.server.runtimes.conftest import pictures

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has priorities of threads")


def niceness(thread: int = 0) -> int:
    return os.getpriority(os.PRIO_PROCESS, thread)


def threads() -> set[int]:
    return {int(thread) for thread in os.listdir("/proc/self/task")}


def test_threads_inherit_it_and_the_caller_keeps_its_own() -> None:
    def start_one() -> list[int]:
        found: list[int] = []
        thread = threading.Thread(target=lambda: found.append(niceness()))
        thread.start()
        thread.join()
        return found

    usual = niceness()
    assert at_low_priority(start_one) == [usual + NICENESS]
    assert niceness() == usual


def test_errors_come_through() -> None:
    with pytest.raises(ZeroDivisionError):
        at_low_priority(lambda: 1 // 0)


@pytest.mark.parametrize("forbidden", ["setpriority", "getpriority"])
def test_it_works_if_priorities_are_forbidden(forbidden: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As under systemd's SystemCallFilter=~@resources."""

    def refuse(*_: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, forbidden, refuse)
    assert at_low_priority(lambda: "model") == "model"


def test_openvino_has_low_priority_and_its_callers_do_not(converted: Path) -> None:
    async def crowd(runtime: OpenVINORuntime) -> None:
        await asyncio.gather(*(runtime.softmax(pictures(1)) for _ in range(12)))

    usual, before = niceness(), threads()
    runtime = OpenVINORuntime(converted, cores=CpuBudget(2))
    asyncio.run(crowd(runtime))
    ours = {thread.native_id for thread in threading.enumerate()}
    theirs = [niceness(thread) for thread in threads() - before - ours]
    assert theirs
    assert set(theirs) == {usual + NICENESS}
    assert {niceness(thread) for thread in ours - before if thread} == {usual}
    runtime.close()
