"""Requests of 1x1 pictures whose answers tell them apart, for what queues them."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, ParamSpec, Protocol

import numpy as np
from numpy.typing import NDArray

Answer = asyncio.Task[NDArray[np.float32]]
Test = ParamSpec("Test")


class Queue(Protocol):
    async def submit(self, views: NDArray[np.uint8], /) -> NDArray[np.float32]: ...


def views(*values: int) -> NDArray[np.uint8]:
    """One 1x1 picture for each value."""
    return np.array(values, np.uint8).reshape(-1, 1, 1, 1).repeat(3, axis=3)


def answer(*values: int) -> list[list[float]]:
    """Outputs of the models of these tests for such pictures."""
    return [[value, value + 1] for value in values]


async def submitted(queue: Queue, *values: int) -> Answer:
    """A request that is in the queue."""
    task = asyncio.create_task(queue.submit(views(*values)))
    await asyncio.sleep(0)
    return task


def in_loop(test: Callable[Test, Coroutine[Any, Any, None]]) -> Callable[Test, None]:
    @wraps(test)
    def synchronous(*args: Test.args, **fixtures: Test.kwargs) -> None:
        asyncio.run(asyncio.wait_for(test(*args, **fixtures), 30))

    return synchronous
