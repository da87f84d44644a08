"""Blocking work in a thread that does not keep the process alive."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")


async def in_daemon_thread(work: Callable[[], T], name: str) -> T:
    """Returns or raises what `work` does, in a thread called `name`; the thread outlives a cancellation.

    The thread of a pool would keep the process alive at SIGTERM until its work is done.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def finish(settle: Callable[..., None], outcome: object) -> None:
        if not done.done():
            settle(outcome)

    def run() -> None:
        try:
            outcome: tuple[Callable[..., None], object] = (done.set_result, work())
        except BaseException as error:
            outcome = (done.set_exception, error)
        with suppress(RuntimeError):  # the loop is closed, and nothing waits for the result
            loop.call_soon_threadsafe(finish, *outcome)

    threading.Thread(target=run, name=name, daemon=True).start()
    return await done
