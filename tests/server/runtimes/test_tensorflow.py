"""TensorFlow answers for many at once as the network itself answers for one."""

import asyncio
from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from server.networks.catalogue import find_backbone
from server.networks.quiet import keras
from server.networks.served import build_served
from server.runtimes.base import Runtime, RuntimeClosed
from server.runtimes.tensorflow import TensorFlowRuntime
from tests.server.networks.keras_networks import family_input, settle, write_published


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> keras.Model:
    backbone = find_backbone("MobileNetV2")
    keras.utils.set_random_seed(3)
    network = keras.applications.MobileNetV2(weights=None)
    settle(network, family_input(backbone, pictures(2)))
    file = tmp_path_factory.mktemp("weights") / "settled.h5"
    write_published(network, file)
    return build_served(backbone, file)


@pytest.fixture(scope="module")
def runtime(model: keras.Model) -> Iterator[Runtime]:
    runtime: Runtime = TensorFlowRuntime(model)
    yield runtime
    runtime.close()


def pictures(count: int) -> NDArray[np.uint8]:
    return np.random.default_rng(count).integers(0, 256, (count, 224, 224, 3), dtype=np.uint8)


@pytest.mark.parametrize("count", [1, 3, 9])
def test_gives_what_the_network_gives(runtime: Runtime, model: keras.Model, count: int) -> None:
    views = pictures(count)
    softmax = asyncio.run(runtime.softmax(views))
    assert softmax.shape == (count, 1000)
    assert softmax.dtype == np.float32
    assert np.abs(softmax - model(views, training=False).numpy()).max() < 2e-5


def test_many_at_once_get_their_own_answers(runtime: Runtime, model: keras.Model) -> None:
    views = pictures(20)

    async def all_at_once() -> list[NDArray[np.float32]]:
        return await asyncio.gather(*(runtime.softmax(views[n : n + 1]) for n in range(20)))

    answers = np.concatenate(asyncio.run(all_at_once()))
    expected = model(views, training=False).numpy()
    assert np.abs(answers - expected).max() < 2e-5
    assert np.abs(expected - np.roll(expected, 1, axis=0)).max() > 1e-3  # else any order would do


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


def test_says_when_it_was_closed(model: keras.Model) -> None:
    runtime = TensorFlowRuntime(model)
    runtime.close()
    with pytest.raises(RuntimeClosed):
        asyncio.run(runtime.softmax(pictures(1)))
