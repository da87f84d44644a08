"""Loading, retries and swaps of the served model, with requests in progress."""

import asyncio
import errno
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import numpy as np
import pytest
from numpy.typing import NDArray

from paishi.models.errors import ConversionInterrupted, CustomModelRefused
from paishi.models.weights.download import OnProgress
from paishi.problems.kinds import ModelUnavailable
from paishi.recognition.labels import load_labels
from paishi.recognition.recogniser import Recogniser, SelfTestFailed
from paishi.recognition.recognition import Loading, Ready, Recognition, State, Unavailable
from paishi.runtimes.base import RuntimeClosed


@dataclass
class Gated:
    """A runtime that is always sure of class 0; after the self-test it answers when `gate` is open."""

    sum: float = 1
    name: str = "gated"
    asked: int = 0
    closed: threading.Event = field(default_factory=threading.Event)
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    async def softmax(self, views: NDArray[np.uint8]) -> NDArray[np.float32]:
        if self.closed.is_set():
            raise RuntimeClosed
        self.asked += 1
        if self.asked > 1:
            await self.gate.wait()
            if self.closed.is_set():
                raise RuntimeClosed
        probabilities = np.zeros((len(views), 1000), np.float32)
        probabilities[:, 0] = self.sum
        return probabilities

    def close(self) -> None:
        self.closed.set()


def model(name: str, runtime: Gated) -> Recogniser:
    return Recogniser(name, 8, "crop", runtime, load_labels("imagenet"))  # type: ignore[arg-type]


def loads(recogniser: Recogniser) -> Callable[[OnProgress], Recogniser]:
    return lambda on_progress: recogniser


def fails(on_progress: OnProgress) -> Recogniser:
    raise OSError("no such weights")


def ignore(received: int, total: int | None) -> None:
    pass


@asynccontextmanager
async def recognising(
    load: Callable[[OnProgress], Recogniser],
    changes: list[State] | None = None,
    state_of_files: Callable[[], object] | None = None,
) -> AsyncIterator[Recognition]:
    """Started, and stopped after the block; waits for the first result of loading, but for no blocked one."""
    on_change = changes.append if changes is not None else None
    recognition = Recognition("First", load, 0.01, state_of_files or (lambda: 0), on_change)
    recognition.start()
    try:
        yield recognition
    finally:
        recognition.stop()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


VIEWS = np.zeros((1, 8, 8, 3), np.uint8)


def test_requests_finish_on_the_old_model_and_then_it_is_closed() -> None:
    async def scene() -> None:
        old, new = Gated(), Gated()
        async with recognising(loads(model("Old", old))) as recognition:
            await until(lambda: isinstance(recognition.state, Ready))

            async def ask() -> str:
                with recognition.hold() as recogniser:
                    await recogniser.recognise(VIEWS, 1)
                    return recogniser.name

            asked = [asyncio.create_task(ask()) for _ in range(3)]
            await until(lambda: old.asked == 4)
            await recognition.swap("New", loads(model("New", new)), ignore)
            assert recognition.current().name == "New"
            assert recognition.name == "New"
            later = asyncio.create_task(ask())
            await until(lambda: new.asked == 2)
            asked[0].cancel()  # a client that has gone
            await asyncio.sleep(0.05)
            assert not old.closed.is_set()
            old.gate.set()
            new.gate.set()
            assert await asyncio.gather(*asked[1:], later) == ["Old", "Old", "New"]
            await until(old.closed.is_set)
            assert not new.closed.is_set()
        assert new.closed.is_set()

    asyncio.run(scene())


def test_the_old_model_is_closed_at_once_without_requests() -> None:
    async def scene() -> None:
        old = Gated()
        async with recognising(loads(model("Old", old))) as recognition:
            await until(lambda: isinstance(recognition.state, Ready))
            await recognition.swap("New", loads(model("New", Gated())), ignore)
            await until(old.closed.is_set)

    asyncio.run(scene())


@pytest.mark.parametrize("way", ["load", "self-test"])
def test_a_failing_swap_changes_nothing(way: str) -> None:
    async def scene() -> None:
        old, wrong = Gated(), Gated(sum=2)
        changes: list[State] = []
        async with recognising(loads(model("Old", old)), changes) as recognition:
            await until(lambda: isinstance(recognition.state, Ready))
            load = fails if way == "load" else loads(model("Wrong", wrong))
            with pytest.raises((OSError, SelfTestFailed)):
                await recognition.swap("Wrong", load, ignore)
            assert recognition.current().name == "Old"
            assert recognition.name == "First"
            assert len(changes) == 1
            assert not old.closed.is_set()
            assert wrong.closed.is_set() == (way == "self-test")

    asyncio.run(scene())


def test_a_swap_ends_trying_in_vain() -> None:
    async def scene() -> None:
        async with recognising(fails) as recognition:
            await until(lambda: isinstance(recognition.state, Unavailable))
            with pytest.raises(OSError, match="no such weights"):
                await recognition.swap("Second", fails, ignore)
            with pytest.raises(ModelUnavailable):
                recognition.current()
            await recognition.swap("Second", loads(model("Second", Gated())), ignore)
            await asyncio.sleep(0.1)
            assert recognition.current().name == "Second"

    asyncio.run(scene())


def test_a_first_model_that_is_ready_after_a_swap_is_not_used() -> None:
    async def scene() -> None:
        late, go_on = Gated(), threading.Event()

        def load_slowly(on_progress: OnProgress) -> Recogniser:
            on_progress(1, 4)
            go_on.wait(10)
            on_progress(3, 4)
            return model("Late", late)

        async with recognising(load_slowly) as recognition:
            await until(lambda: recognition.state == Loading(25))
            await recognition.swap("Second", loads(model("Second", Gated())), ignore)
            go_on.set()
            await until(late.closed.is_set)
            assert recognition.current().name == "Second"

    asyncio.run(scene())


def test_progress_of_a_swap_goes_where_it_is_wanted() -> None:
    async def scene() -> None:
        told: list[tuple[int, int | None]] = []

        def load(on_progress: OnProgress) -> Recogniser:
            on_progress(1, 2)
            return model("New", Gated())

        async with recognising(loads(model("Old", Gated()))) as recognition:
            await until(lambda: isinstance(recognition.state, Ready))
            await recognition.swap("New", load, lambda received, total: told.append((received, total)))
            assert told == [(1, 2)]

    asyncio.run(scene())


def test_a_report_that_fails_stops_neither_retries_nor_swaps(caplog: pytest.LogCaptureFixture) -> None:
    old, new, attempts = Gated(), Gated(), []

    def load(on_progress: OnProgress) -> Recogniser:
        attempts.append(1)
        return fails(on_progress) if len(attempts) < 2 else model("Old", old)

    def report(state: State) -> None:
        reported.append(type(state))
        raise UnicodeEncodeError("ascii", "拍识", 0, 2, "ordinal not in range")

    reported: list[type[State]] = []

    async def scenario() -> None:
        recognition = Recognition("First", load, retry_s=0.01, state_of_files=lambda: 0, on_change=report)
        recognition.start()
        await until(lambda: isinstance(recognition.state, Ready))
        await recognition.swap("New", loads(model("New", new)), ignore)
        assert recognition.current().name == "New"
        await until(old.closed.is_set)
        recognition.stop()

    asyncio.run(scenario())
    assert reported == [Unavailable, Ready, Ready]
    assert [record.message for record in caplog.records] == [
        "could not report that First is unavailable",
        "could not report that First is ready",
        "could not report that New is ready",
    ]


@dataclass
class Files:
    """Counts how often it is looked at."""

    version: int = 0
    looks: int = 0

    def __call__(self) -> int:
        self.looks += 1
        return self.version


@pytest.mark.parametrize("where", ["load", "self-test"])
def test_what_stays_wrong_is_tried_again_only_once_its_files_have_changed(where: str) -> None:
    async def scene() -> None:
        files, loads = Files(), 0

        def load(on_progress: OnProgress) -> Recogniser:
            nonlocal loads
            loads += 1
            if loads == 3:
                return model("Mended", Gated())
            if where == "load":
                raise CustomModelRefused("no softmax.")
            return model("Wrong", Gated(sum=2))

        async with recognising(load, state_of_files=files) as recognition:
            await until(lambda: files.looks > 5)
            assert loads == 1
            assert isinstance(recognition.state, Unavailable)
            assert recognition.state.reason.endswith(" It is tried again once its files have changed.")
            files.version, seen = 1, files.looks
            await until(lambda: files.looks > seen + 5)
            assert loads == 2
            files.version = 2
            await until(lambda: isinstance(recognition.state, Ready))

    asyncio.run(scene())


@pytest.mark.parametrize("why", ["interrupted", "unreadable", "unknown"])
def test_what_may_pass_is_tried_again_with_the_same_files(why: str) -> None:
    async def scene() -> None:
        loads = 0

        def load(on_progress: OnProgress) -> Recogniser:
            nonlocal loads
            loads += 1
            if loads == 4:
                return model("At last", Gated())
            match why:
                case "interrupted":
                    raise ConversionInterrupted("killed")
                case "unreadable":
                    raise CustomModelRefused("cannot be read") from OSError(errno.EMFILE, "too many")
            raise RuntimeError

        async with recognising(load) as recognition:
            await until(lambda: isinstance(recognition.state, Ready))
            assert loads == 4

    asyncio.run(scene())
