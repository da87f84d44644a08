"""A custom model, from its file to a runtime."""

import asyncio
import logging
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from paishi.choices import RuntimeChoice
from paishi.models.custom.folder import CustomModel, find_custom
from paishi.models.errors import ConversionInterrupted, RuntimeUnavailable
from paishi.runtimes.conversion import convert as conversion
from paishi.runtimes.spec import ModelSpec
from tests.server.models.custom_models import write_custom
from tests.server.runtimes.conftest import load_runtime


@pytest.fixture
def custom(tmp_path: Path) -> CustomModel:
    return find_custom(str(write_custom(tmp_path / "colours")))


@pytest.fixture
def spec(custom: CustomModel, tmp_path: Path) -> ModelSpec:
    return ModelSpec(custom.backbone, str(custom.file), tmp_path / "keras", tmp_path / "cache", custom=custom)


def answer(spec: ModelSpec, custom: CustomModel) -> np.ndarray:
    runtime = load_runtime(spec, lambda: custom.file)
    try:
        return asyncio.run(runtime.softmax(np.full((1, 32, 32, 3), (130, 120, 0), np.uint8)))
    finally:
        runtime.close()


def test_both_runtimes_give_the_same_probabilities(spec: ModelSpec, custom: CustomModel) -> None:
    choices: list[RuntimeChoice] = ["openvino", "tensorflow"]
    first, second = (answer(replace(spec, runtime=runtime), custom) for runtime in choices)
    assert first[0, 0] == pytest.approx(1 / (1 + np.exp(-20 * 10 / 255)), abs=1e-4)
    assert first == pytest.approx(second, abs=1e-4)


def test_the_file_may_be_a_link(spec: ModelSpec, custom: CustomModel, tmp_path: Path) -> None:
    """As in stores whose files have hashes for names."""
    custom.file.rename(tmp_path / "0a1b2c")
    custom.file.symlink_to(tmp_path / "0a1b2c")
    assert answer(spec, custom).shape == (1, 2)


@pytest.mark.parametrize("runtime", ["auto", "openvino"])
def test_if_the_conversion_fails_this_process_does_not_load_the_file(
    runtime: RuntimeChoice, spec: ModelSpec, custom: CustomModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The process that converts ends without an answer.
    monkeypatch.setattr(conversion, "_CONVERT", "paishi.models.catalogue")
    with pytest.raises(ConversionInterrupted, match="broke off"):
        load_runtime(replace(spec, runtime=runtime), lambda: custom.file)


def test_without_openvino_this_process_does_not_load_the_file(
    spec: ModelSpec, custom: CustomModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "paishi.runtimes.openvino.runtime", None)
    with pytest.raises(RuntimeUnavailable, match="To run it on TensorFlow, set PAISHI_RUNTIME=tensorflow"):
        load_runtime(spec, lambda: custom.file)


def test_loading_the_file_in_the_server_is_a_warning(
    spec: ModelSpec, custom: CustomModel, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        answer(replace(spec, runtime="tensorflow"), custom)
    assert f"{custom.file} is loaded in the server's own process, and such a file can run code" in caplog.text
    caplog.clear()
    answer(spec, custom)
    assert not caplog.text
