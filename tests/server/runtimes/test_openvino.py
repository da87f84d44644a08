"""OpenVINO answers for many at once as Keras does for one."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from server.core_budget import CoreBudget
from server.networks.catalogue import find_backbone
from server.networks.convert import convert
from server.networks.errors import ConversionFailed
from server.networks.quiet import keras
from server.networks.served import build_served
from server.runtimes.base import Runtime, RuntimeClosed
from server.runtimes.convertible import TOLERANCE
from server.runtimes.openvino import OpenVINORuntime, compiled, read_network
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
def network(model: keras.Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("converted") / "network.xml"
    convert(model, file)
    return file


@pytest.fixture(scope="module", params=[1, 3], ids=["one core", "three cores"])
def runtime(network: Path, request: pytest.FixtureRequest) -> Iterator[Runtime]:
    runtime: Runtime = OpenVINORuntime(network, cores=CoreBudget(request.param))
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
    assert np.abs(softmax - model(views, training=False).numpy()).max() < TOLERANCE


def test_many_at_once_get_their_own_answers(runtime: Runtime, model: keras.Model) -> None:
    views = pictures(20)

    async def all_at_once() -> list[NDArray[np.float32]]:
        return await asyncio.gather(*(runtime.softmax(views[n : n + 1]) for n in range(20)))

    answers = np.concatenate(asyncio.run(all_at_once()))
    expected = model(views, training=False).numpy()
    assert np.abs(answers - expected).max() < TOLERANCE
    assert np.abs(expected - np.roll(expected, 1, axis=0)).max() > 1e-4  # else any order would do


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


def test_calculates_in_single_precision_wherever_it_runs(network: Path) -> None:
    model = compiled(read_network(network), "fp32", threads=1, streams=1)
    assert model.get_property("INFERENCE_PRECISION_HINT").to_string() == "f32"
    assert model.get_property("INFERENCE_NUM_THREADS") == 1


def test_a_conversion_that_answers_otherwise_is_refused(
    model: keras.Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here because it is of other weights."""
    convert(build_served(find_backbone("MobileNetV2"), None), tmp_path / "other.xml")
    other = read_network(tmp_path / "other.xml")
    monkeypatch.setattr("server.networks.convert.read_network", lambda network: other)
    with pytest.raises(ConversionFailed, match="MobileNetV2 answers otherwise on OpenVINO than on Keras"):
        convert(model, tmp_path / "network.xml")


def test_says_when_it_was_closed(network: Path) -> None:
    runtime = OpenVINORuntime(network, cores=CoreBudget(2))
    runtime.close()
    with pytest.raises(RuntimeClosed):
        asyncio.run(runtime.softmax(pictures(1)))
