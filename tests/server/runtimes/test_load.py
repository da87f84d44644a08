"""Loads a model on a runtime, and what happens if one of both fails."""

import asyncio
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from paishi.choices import RuntimeChoice
from paishi.models.catalogue import find_backbone
from paishi.models.errors import (
    ConversionFailed,
    ConversionInterrupted,
    WeightsCorrupt,
    WeightsMismatch,
    WeightsUnavailable,
)
from paishi.models.weights.find import weights_location
from paishi.runtimes.base import Runtime
from paishi.runtimes.conversion import convert as conversion
from paishi.runtimes.spec import ModelSpec
from tests.server.conftest import ROOT
from tests.server.runtimes.conftest import found, load_runtime, not_needed

pytestmark = pytest.mark.usefixtures("all_is_logged")

BOX_TURTLE = 37
MOBILENET = find_backbone("MobileNetV2")


@pytest.fixture
def spec(keras_home: Path) -> ModelSpec:
    """MobileNetV2 with its real weights, converted once for all tests."""
    return ModelSpec(MOBILENET, "imagenet", keras_home, Path(os.environ["PAISHI_CACHE"]))


@pytest.fixture
def home(keras_home: Path, tmp_path: Path) -> Path:
    """A Keras home with the same weights, of which anything may be deleted."""
    file = tmp_path / "keras" / "models" / MOBILENET.weights.file
    file.parent.mkdir(parents=True)
    file.symlink_to(keras_home / "models" / file.name)
    return tmp_path / "keras"


def turtle(runtime: Runtime, photos: list[Path]) -> int:
    """The predicted class of a photo of a box turtle."""
    photo = next(photo for photo in photos if photo.name.startswith("n01669191"))
    views = np.asarray(Image.open(photo).convert("RGB").resize((224, 224)))[None]
    try:
        return int(asyncio.run(runtime.softmax(views)).argmax())
    finally:
        runtime.close()


@pytest.mark.parametrize(
    ("asked", "name"), [("auto", "openvino"), ("openvino", "openvino"), ("tensorflow", "tensorflow")]
)
def test_runs_on_the_configured_runtime(
    spec: ModelSpec, photos: list[Path], asked: RuntimeChoice, name: str
) -> None:
    runtime = load_runtime(replace(spec, runtime=asked), found(spec))
    assert (runtime.name, runtime.precision, runtime.agreement) == (name, "fp32", None)
    assert turtle(runtime, photos) == BOX_TURTLE


def test_a_second_start_needs_no_weights(spec: ModelSpec, photos: list[Path]) -> None:
    load_runtime(spec, found(spec)).close()
    assert turtle(load_runtime(spec, not_needed), photos) == BOX_TURTLE


def test_a_start_from_the_cache_alone_loads_no_tensorflow(
    spec: ModelSpec, home: Path, tmp_path: Path
) -> None:
    """In a fresh process whose Keras home has lost its weights since the first start."""
    load_runtime(spec, found(spec)).close()
    cache = shutil.copytree(spec.cache, tmp_path / "cache", ignore=shutil.ignore_patterns("*.lock"))
    weights_location(MOBILENET, "imagenet", home).unlink()
    code = (
        "import asyncio, sys; from paishi.recognition.load import load_recogniser as load;"
        "from paishi.settings import Settings; from paishi.system.cpu_budget import CpuBudget;"
        "recogniser = load(Settings(), CpuBudget(1));"
        "asyncio.run(recogniser.self_test()); recogniser.runtime.close();"
        "print(recogniser.runtime.name, *sorted({'tensorflow', 'keras', 'h5py'} & set(sys.modules)))"
    )
    environment = {"PAISHI_MODEL": "MobileNetV2", "PAISHI_CACHE": str(cache), "KERAS_HOME": str(home)}
    ended = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )
    assert (ended.stdout, ended.stderr) == ("openvino\n", "")


def test_other_weights_in_the_same_place_are_other_weights(spec: ModelSpec, home: Path) -> None:
    load_runtime(spec, found(spec)).close()
    changed = replace(spec, keras_home=home)
    load_runtime(changed, not_needed).close()
    file = weights_location(MOBILENET, "imagenet", home)
    content = file.read_bytes()
    file.unlink()
    file.write_bytes(content[:-1])
    with pytest.raises(WeightsUnavailable, match="broken"):
        load_runtime(changed, broken_weights)


def broken_weights() -> Path:
    raise WeightsUnavailable("broken")


def test_a_missing_weights_file_is_not_replaced_by_the_cache(spec: ModelSpec, tmp_path: Path) -> None:
    """Another file may have the same name tomorrow."""
    named = replace(spec, source=str(tmp_path / "own.h5"))
    with pytest.raises(WeightsUnavailable, match=r"own\.h5: there is no such file"):
        load_runtime(named, found(named))


@pytest.mark.parametrize("asked", ["auto", "openvino", "tensorflow"])
def test_weights_of_another_model_are_refused_on_any_runtime(
    spec: ModelSpec, keras_home: Path, asked: RuntimeChoice
) -> None:
    """Also by the converting process; another runtime would fail as well."""
    file = keras_home / "models" / MOBILENET.weights.file
    other = replace(spec, backbone=find_backbone("MobileNet"), source=str(file), runtime=asked)
    with pytest.raises(WeightsMismatch, match="does not fit mobilenet"):
        load_runtime(other, found(other))


def test_a_file_without_weights_is_refused(spec: ModelSpec, tmp_path: Path) -> None:
    file = tmp_path / "page.h5"
    file.write_text("<html>not found</html>")
    with pytest.raises(WeightsCorrupt):
        load_runtime(replace(spec, source=str(file)), lambda: file)


@pytest.fixture
def fresh(spec: ModelSpec, tmp_path: Path) -> ModelSpec:
    return replace(spec, cache=tmp_path / "cache")


@pytest.mark.parametrize("asked", ["auto", "openvino"])
def test_a_conversion_that_broke_off_is_not_replaced_by_tensorflow(
    fresh: ModelSpec, monkeypatch: pytest.MonkeyPatch, asked: RuntimeChoice
) -> None:
    # The process that converts ends without an answer.
    monkeypatch.setattr(conversion, "_CONVERT", "paishi.models.catalogue")
    with pytest.raises(ConversionInterrupted, match=r"broke off\. python -m paishi\.models\.catalogue ended"):
        load_runtime(replace(fresh, runtime=asked), found(fresh))


def test_a_conversion_without_room_is_not_begun(fresh: ModelSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversion, "_CONVERT", "not.called")
    usage = shutil.disk_usage(fresh.cache.parent)._replace(free=1_000_000)
    monkeypatch.setattr("paishi.runtimes.conversion.convert.shutil.disk_usage", lambda _: usage)
    with pytest.raises(ConversionInterrupted, match=r"needs 15 MB, but .* has 1 MB left: .* PAISHI_CACHE"):
        load_runtime(fresh, found(fresh))


def run_code(code: str, spec: ModelSpec) -> subprocess.CompletedProcess[str]:
    """Runs `code` in a process of its own, whose settings are for the model of `spec`."""
    environment = {"PAISHI_MODEL": "MobileNetV2", "KERAS_HOME": str(spec.keras_home)}
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )


def test_openvino_that_cannot_be_loaded_now_is_not_replaced_by_tensorflow(spec: ModelSpec) -> None:
    """Its libraries need descriptors; once there are some, it serves."""
    code = (
        "import sys\n"
        "from paishi.recognition.load import load_recogniser; from paishi.settings import Settings\n"
        "from paishi.models.errors import RuntimeUnavailable\n"
        "from paishi.system.cpu_budget import CpuBudget\n"
        "class NoDescriptors:\n"
        "    def find_spec(self, name, path, target=None):\n"
        "        if name == 'openvino': raise ImportError('libopenvino.so: Too many open files')\n"
        "sys.meta_path.insert(0, NoDescriptors())\n"
        "try: load_recogniser(Settings(), CpuBudget(1))\n"
        "except RuntimeUnavailable as error: print(error)\n"
        "del sys.meta_path[0]\n"
        "print(load_recogniser(Settings(), CpuBudget(1)).runtime.name, 'tensorflow' in sys.modules)"
    )
    ended = run_code(code, spec)
    assert ended.stdout.splitlines() == [
        "OpenVINO cannot be imported (libopenvino.so: Too many open files).",
        "openvino False",
    ], ended.stderr


class TestIfOpenVINORefusesTheModel:
    @pytest.fixture(autouse=True)
    def refuses(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(conversion, "_CONVERT", "tests.server.runtimes.refusing")

    def test_tensorflow_replaces_openvino_with_a_warning(
        self, fresh: ModelSpec, photos: list[Path], caplog: pytest.LogCaptureFixture
    ) -> None:
        runtime = load_runtime(fresh, found(fresh))
        assert runtime.name == "tensorflow"
        assert turtle(runtime, photos) == BOX_TURTLE
        assert "MobileNetV2 runs on TensorFlow: OpenVINO cannot take MobileNetV2." in caplog.text

    def test_openvino_alone_fails(self, fresh: ModelSpec) -> None:
        with pytest.raises(ConversionFailed, match="OpenVINO cannot take"):
            load_runtime(replace(fresh, runtime="openvino"), found(fresh))

    def test_a_precision_that_tensorflow_lacks_fails(self, fresh: ModelSpec, tmp_path: Path) -> None:
        for number in range(100):
            (tmp_path / f"{number}.jpg").touch()
        with pytest.raises(ConversionFailed):
            load_runtime(replace(fresh, precision="int8", calibration=tmp_path), found(fresh))


def test_without_openvino_tensorflow_replaces_it(spec: ModelSpec) -> None:
    code = (
        "import logging, sys; logging.basicConfig(); sys.modules['openvino'] = None\n"
        "from paishi.recognition.load import load_recogniser; from paishi.settings import Settings\n"
        "from paishi.system.cpu_budget import CpuBudget\n"
        "print(load_recogniser(Settings(), CpuBudget(1)).runtime.name)"
    )
    ended = run_code(code, spec)
    assert ended.stdout == "tensorflow\n", ended.stderr
    assert "MobileNetV2 runs on TensorFlow: OpenVINO cannot be imported" in ended.stderr
