"""Every runtime gives many requests at once the probabilities of Keras."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from paishi.models.keras.imports import keras
from paishi.runtimes.base import Runtime, RuntimeClosed
from paishi.runtimes.conversion.keras_to_openvino import TOLERANCE
from paishi.runtimes.openvino.runtime import OpenVINORuntime
from paishi.runtimes.tensorflow import TensorFlowRuntime
from paishi.system.cpu_budget import CpuBudget
from tests.server.runtimes.conftest import pictures


@dataclass(frozen=True)
class Kind:
    """`off` is how far its softmax may be from what Keras gives."""

    make: Callable[[keras.Model, Path, CpuBudget], Runtime]
    off: float
    cores: int

    def runtime(self, model: keras.Model, file: Path) -> Runtime:
        return self.make(model, file, CpuBudget(self.cores))


def on_tensorflow(model: keras.Model, _: Path, cores: CpuBudget) -> Runtime:
    return TensorFlowRuntime(model, cores)


def on_openvino(_: keras.Model, file: Path, cores: CpuBudget) -> Runtime:
    return OpenVINORuntime(file, cores)


KINDS = {
    "TensorFlow": Kind(on_tensorflow, 2e-5, 2),
    "OpenVINO on one core": Kind(on_openvino, TOLERANCE, 1),
    "OpenVINO on three cores": Kind(on_openvino, TOLERANCE, 3),
}


@pytest.fixture(scope="module", params=KINDS.values(), ids=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    chosen: Kind = request.param
    return chosen


@pytest.fixture(scope="module")
def runtime(kind: Kind, settled: keras.Model, converted: Path) -> Iterator[Runtime]:
    runtime = kind.runtime(settled, converted)
    yield runtime
    runtime.close()


@pytest.mark.parametrize("count", [1, 3, 5])
def test_gives_what_the_model_gives(runtime: Runtime, kind: Kind, settled: keras.Model, count: int) -> None:
    views = pictures(count)
    softmax = asyncio.run(runtime.softmax(views))
    assert softmax.shape == (count, 1000)
    assert softmax.dtype == np.float32
    assert np.abs(softmax - settled(views, training=False).numpy()).max() < kind.off


def test_many_at_once_get_their_own_answers(runtime: Runtime, kind: Kind, settled: keras.Model) -> None:
    views = pictures(20)

    async def all_at_once() -> list[NDArray[np.float32]]:
        return await asyncio.gather(*(runtime.softmax(views[n : n + 1]) for n in range(20)))

    answers = np.concatenate(asyncio.run(all_at_once()))
    # In parts: TensorFlow keeps the memory of its largest batch.
    expected = np.concatenate([settled(views[n : n + 4], training=False).numpy() for n in range(0, 20, 4)])
    assert np.abs(answers - expected).max() < kind.off
    assert np.abs(expected - np.roll(expected, 1, axis=0)).max() > 1e-3  # otherwise any order would pass


def test_its_first_photo_is_a_test_that_nobody_calls_a_hang(
    kind: Kind, settled: keras.Model, converted: Path
) -> None:
    cores = CpuBudget(kind.cores)
    runtime = kind.make(settled, converted, cores)

    async def ask() -> None:
        asked = asyncio.create_task(runtime.softmax(pictures(1)))
        while not asked.done():
            cores.count(1000)
            assert cores.overdue_s(1) is None
            await asyncio.sleep(0.001)

    asyncio.run(ask())
    runtime.close()


def test_an_answer_stays_as_it_was(runtime: Runtime) -> None:
    """It is no view of the memory that the next picture's answer is written to."""
    first = asyncio.run(runtime.softmax(pictures(1)))
    before = first.copy()
    asyncio.run(runtime.softmax(255 - pictures(1)))
    assert (first == before).all()


@pytest.mark.parametrize(
    "views",
    [
        pictures(1).astype(np.float32),
        pictures(1)[0],
        pictures(1)[:, :200],
        pictures(1)[..., :1],
        pictures(1)[:0],
    ],
    ids=["float", "one picture without its axis", "another size", "grey", "none"],
)
def test_refuses_anything_else(runtime: Runtime, views: NDArray[np.uint8]) -> None:
    with pytest.raises(ValueError, match="Views must be uint8"):
        asyncio.run(runtime.softmax(views))


def test_takes_views_that_are_not_in_one_piece(runtime: Runtime) -> None:
    """As a slice of a larger array is, or a mirrored picture."""
    views = pictures(1)
    expected = asyncio.run(runtime.softmax(np.ascontiguousarray(views[:, :, ::-1])))
    assert (asyncio.run(runtime.softmax(views[:, :, ::-1])) == expected).all()


def test_says_when_it_was_closed(kind: Kind, settled: keras.Model, converted: Path) -> None:
    runtime = kind.runtime(settled, converted)
    runtime.close()
    with pytest.raises(RuntimeClosed):
        asyncio.run(runtime.softmax(pictures(1)))
