"""A model whose outputs distinguish pictures, paths of weights, and the whole log."""

import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from paishi.models.catalogue import find_backbone
from paishi.models.keras.build import build_served
from paishi.models.keras.imports import keras
from paishi.models.weights.find import find_weights
from paishi.runtimes import load
from paishi.runtimes.base import Runtime
from paishi.runtimes.conversion.keras_to_openvino import convert
from paishi.runtimes.spec import ModelSpec
from paishi.system.cpu_budget import CpuBudget
from paishi.system.cpu_count import usable_cores
from tests.server.models.keras_models import family_input, settle, write_published


def pictures(count: int) -> NDArray[np.uint8]:
    return np.random.default_rng(count).integers(0, 256, (count, 224, 224, 3), dtype=np.uint8)


def found(spec: ModelSpec) -> Callable[[], Path]:
    return lambda: find_weights(spec.backbone, spec.source, spec.keras_home)


def load_runtime(spec: ModelSpec, find_weights: Callable[[], Path]) -> Runtime:
    return load.load_runtime(spec, find_weights, CpuBudget(usable_cores()))


def not_needed() -> Path:
    raise AssertionError("the weights were needed")


@pytest.fixture
def all_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)


@pytest.fixture(scope="session")
def settled(tmp_path_factory: pytest.TempPathFactory) -> keras.Model:
    backbone = find_backbone("MobileNetV2")
    keras.utils.set_random_seed(3)
    model = keras.applications.MobileNetV2(weights=None)
    settle(model, family_input(backbone, pictures(2)))
    file = tmp_path_factory.mktemp("weights") / "settled.h5"
    write_published(model, file)
    return build_served(backbone, file)


@pytest.fixture(scope="session")
def converted(settled: keras.Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("converted") / "model.xml"
    convert(settled, file)
    return file
