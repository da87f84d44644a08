"""OpenVINO beyond the interface of all runtimes."""

import asyncio
import weakref
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from paishi.models.catalogue import find_backbone
from paishi.models.errors import ConversionFailed
from paishi.models.keras.build import build_served
from paishi.models.keras.imports import keras
from paishi.runtimes.base import Outputs
from paishi.runtimes.conversion.keras_to_openvino import convert
from paishi.runtimes.openvino.class_activation import ClassActivation
from paishi.runtimes.openvino.imports import ov
from paishi.runtimes.openvino.model_file import save_model
from paishi.runtimes.openvino.runtime import OpenVINORuntime, compiled, read_model, runner
from paishi.runtimes.scheduler import Scheduler
from paishi.system.cpu_budget import CpuBudget
from tests.server.runtimes.conftest import pictures


def test_calculates_in_single_precision_wherever_it_runs(converted: Path) -> None:
    model = compiled(read_model(converted), "fp32", threads=1, streams=1)
    assert model.get_property("INFERENCE_PRECISION_HINT").to_string() == "f32"
    assert model.get_property("INFERENCE_NUM_THREADS") == 1


def test_a_conversion_with_other_probabilities_is_refused(
    converted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here because of other weights."""
    other = read_model(converted)
    monkeypatch.setattr("paishi.runtimes.conversion.keras_to_openvino.read_model", lambda xml: other)
    with pytest.raises(ConversionFailed, match="MobileNetV2 gives other probabilities on OpenVINO"):
        convert(build_served(find_backbone("MobileNetV2"), None), tmp_path / "model.xml")


@pytest.mark.parametrize("cores", [1, 3])
def test_one_run_gives_the_vector_before_the_head_too(
    converted: Path, settled: keras.Model, cores: int
) -> None:
    """Of each of many pictures at once, with the same probabilities."""
    plain = OpenVINORuntime(converted, CpuBudget(cores))
    with_vector = OpenVINORuntime(converted, CpuBudget(cores), identity="settled")
    assert plain.vector is None
    assert with_vector.vector
    assert (with_vector.vector.identity, with_vector.vector.size) == ("settled", 1280)
    views = pictures(6)

    async def all_at_once() -> list[Outputs]:
        return await asyncio.gather(*(with_vector.outputs(views[n : n + 2]) for n in range(0, 6, 2)))

    found = asyncio.run(all_at_once())
    vectors = np.concatenate([one.vectors for one in found])
    expected = ClassActivation(converted).look(views).vectors
    assert vectors.shape == expected.shape == (6, 1280)
    assert np.abs(vectors - expected).max() < 1e-4
    assert np.abs(expected - np.roll(expected, 1, axis=0)).max() > 1e-2  # otherwise any order would pass
    softmax = asyncio.run(plain.softmax(views))
    assert np.abs(np.concatenate([one.softmax for one in found]) - softmax).max() < 1e-6
    assert np.abs(asyncio.run(with_vector.softmax(views)) - softmax).max() < 1e-6
    dense = settled.layers[-1].get_layer("predictions")
    assert (with_vector.vector.head == dense.kernel.numpy()).all()
    plain.close()
    with_vector.close()


def test_one_compiled_model_at_a_time_and_no_wrong_answer(
    converted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From one client to a crowd and back, twice, under load all the time."""
    monkeypatch.setattr("paishi.runtimes.openvino.runtime.Scheduler", partial(Scheduler, quiet_s=0.3))
    compilations: list[weakref.ref[Any]] = []

    def one_at_a_time(*args: Any, **options: Any) -> Any:
        assert not any(one() for one in compilations)
        made = compiled(*args, **options)
        compilations.append(weakref.ref(made))
        return made

    monkeypatch.setattr("paishi.runtimes.openvino.runtime.compiled", one_at_a_time)
    runtime = OpenVINORuntime(converted, CpuBudget(2))
    asked = pictures(6)
    run = runner(compiled(read_model(converted), "fp32", threads=1, streams=1))
    expected = np.concatenate([run(asked[number : number + 1]) for number in range(6)])
    assert np.abs(expected - np.roll(expected, 1, axis=0)).max() > 1e-3  # otherwise any answer would pass

    async def client(number: int, enough: Callable[[], bool]) -> None:
        while not enough():
            number = (number + 1) % 6
            found = await runtime.softmax(asked[number : number + 1])
            assert np.abs(found - expected[number]).max() < 1e-5

    async def clients(count: int, at_once: int) -> None:
        await asyncio.gather(*(client(number, lambda: runtime.at_once == at_once) for number in range(count)))

    async def all_of_it() -> None:
        for _ in range(2):
            await clients(1, 1)
            await clients(8, 2)

    asyncio.run(asyncio.wait_for(all_of_it(), 60))
    assert len(compilations) == 4
    runtime.close()


def test_a_head_of_several_layers_gives_no_vector(tmp_path: Path) -> None:
    """As in VGG; its probabilities come all the same."""
    rng = np.random.default_rng(0)
    opset = ov.opset13
    picture = opset.parameter([-1, 4, 4, 3], np.uint8)
    pooled = opset.reduce_mean(opset.convert(picture, np.float32), np.array([1, 2]), False)
    hidden = opset.relu(opset.matmul(pooled, rng.normal(size=(3, 6)).astype(np.float32), False, False))
    logits = opset.matmul(hidden, rng.normal(size=(6, 5)).astype(np.float32), False, False)
    save_model(ov.Model([opset.softmax(logits, 1)], [picture]), tmp_path / "model.xml")
    runtime = OpenVINORuntime(tmp_path / "model.xml", CpuBudget(1), identity="deep")
    assert runtime.vector is None
    softmax = asyncio.run(runtime.softmax(np.zeros((2, 4, 4, 3), np.uint8)))
    assert softmax.sum(axis=1) == pytest.approx(1)
    runtime.close()
