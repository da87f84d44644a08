"""Modules that may import TensorFlow: a server that does not need it starts without it."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.conftest import ROOT

HEAVY = ("tensorflow", "keras")
ALLOWED = (
    "server/paishi/models/",
    "server/paishi/runtimes/tensorflow.py",
    "server/paishi/runtimes/conversion/keras_to_openvino.py",
    "server/paishi/training/keras/",
    "server/paishi/gallery/",
    "server/paishi/export/keras/",
)
# Modules that import Keras. Only the modules in LAZY may import them, and inside a function.
GATES = (
    "paishi.models.keras.build",
    "paishi.models.keras.gradients",
    "paishi.models.keras.imports",
    "paishi.models.keras.preprocessing",
    "paishi.models.keras.stored_weights",
    "paishi.models.custom.build",
    "paishi.runtimes.conversion.keras_to_openvino",
    "paishi.runtimes.conversion.quantise",
    "paishi.runtimes.tensorflow",
    "paishi.training.keras.scratch",
    "paishi.training.keras.session",
    "paishi.export.keras.check",
    "paishi.export.keras.convert",
    "paishi.export.keras.layers",
    "paishi.export.keras.writers",
)
LAZY = (
    "server/paishi/runtimes/conversion/convert.py",
    "server/paishi/runtimes/load.py",
    "server/paishi/runtimes/insight.py",
    "server/paishi/training/run.py",
)
TRAINING = (
    "server/paishi/training/",
    "server/paishi/gallery/",
    "server/paishi/cli/train.py",
    "server/paishi/cli/evaluate.py",
)


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def sources() -> list[Path]:
    return sorted((ROOT / "server/paishi").rglob("*.py"))


def test_there_is_something_to_walk() -> None:
    assert len(sources()) > 10


@pytest.mark.parametrize("file", sources(), ids=lambda file: file.relative_to(ROOT).as_posix())
def test_only_models_and_their_runtime_import_tensorflow(file: Path) -> None:
    where = file.relative_to(ROOT).as_posix()
    if where.startswith(ALLOWED):
        return
    tree = ast.parse(file.read_text(encoding="utf-8"))
    heavy = [name for name in imported(tree) if name.partition(".")[0] in HEAVY]
    assert heavy == []
    gates = [name for name in imported(tree) if name in GATES]
    assert gates == [] or where in LAZY


@pytest.mark.parametrize("file", sources(), ids=lambda file: file.relative_to(ROOT).as_posix())
def test_only_its_commands_import_training(file: Path) -> None:
    if not file.relative_to(ROOT).as_posix().startswith(TRAINING):
        names = list(imported(ast.parse(file.read_text(encoding="utf-8"))))
        assert [name for name in names if name.startswith("paishi.training")] == []


@pytest.mark.parametrize("file", sources(), ids=lambda file: file.relative_to(ROOT).as_posix())
def test_only_its_commands_import_the_gallery(file: Path) -> None:
    where = file.relative_to(ROOT).as_posix()
    commands = ("server/paishi/cli/gallery.py", "server/paishi/cli/train.py")
    if not where.startswith(("server/paishi/gallery/", *commands)):
        names = list(imported(ast.parse(file.read_text(encoding="utf-8"))))
        assert [name for name in names if name.startswith("paishi.gallery")] == []


@pytest.mark.parametrize("file", sources(), ids=lambda file: file.relative_to(ROOT).as_posix())
def test_only_its_command_imports_exports(file: Path) -> None:
    where = file.relative_to(ROOT).as_posix()
    if not where.startswith(("server/paishi/export/", "server/paishi/cli/export.py")):
        names = list(imported(ast.parse(file.read_text(encoding="utf-8"))))
        others = ("paishi.export", "onnx", "onnxruntime", "tf2onnx", "ai_edge_litert", "coremltools")
        assert [name for name in names if name.startswith(others)] == []


def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error::UserWarning", "-c", code],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    "module",
    [
        "paishi.models.catalogue",
        "paishi.models.weights.find",
        "paishi.models.weights.progress",
        "paishi.runtimes",
        "paishi.runtimes.base",
        "paishi.runtimes.scheduler",
        "paishi.runtimes.load",
        "paishi.runtimes.insight",
        "paishi.teaching.space",
        "paishi.recognition.explain",
        "paishi.recognition.load",
    ],
)
def test_importing_loads_no_tensorflow(module: str) -> None:
    ended = run(f"import sys, {module}; print(*({{*{HEAVY!r}}} & set(sys.modules)))")
    assert (ended.stdout, ended.stderr, ended.returncode) == ("\n", "", 0)


def test_teaching_loads_no_tensorflow() -> None:
    """Neither loading a model for it, nor learning a photo, nor recognising one."""
    code = f"""
import asyncio, sys
import numpy as np
from paishi.recognition.load import load_recogniser
from paishi.settings import Settings
from paishi.system.cpu_budget import CpuBudget
from paishi.teaching.space import Prototypes

model = load_recogniser(Settings(model="EfficientNetLite0", teachers="everybody"), CpuBudget(1))
photo = np.random.default_rng(0).integers(0, 256, (1, 224, 224, 3), np.uint8)
example = model.space.example(asyncio.run(model.see(photo)))
things = Prototypes.of(model.space, {{"taught:1": [example]}})
found = asyncio.run(model.recognise(photo, 1, things, {{"taught:1": "noise"}}))
model.close()
print(found.predictions[0].label, *({{*{HEAVY!r}}} & set(sys.modules)))
"""
    ended = run(code)
    assert (ended.stdout, ended.stderr, ended.returncode) == ("noise\n", "", 0)


def test_keras_comes_without_noise_and_without_a_config(tmp_path: Path) -> None:
    """Other output is not lost."""
    code = (
        "import os, sys; sys.meta_path.insert(0, type('F', (), {'find_spec': staticmethod("
        "lambda name, *_: os.write(2, b'from elsewhere\\n') and None if name == 'keras' else None)}))\n"
        "import paishi.models.keras.imports"
    )
    ended = run(code, HOME=str(tmp_path), KERAS_HOME=str(tmp_path / "keras"))
    assert (ended.stdout, ended.stderr, ended.returncode) == ("", "from elsewhere\n", 0)
    assert not (tmp_path / "keras").exists()
    assert not (tmp_path / ".keras").exists()


def test_an_operators_config_cannot_turn_the_pictures_around(tmp_path: Path) -> None:
    (tmp_path / "keras.json").write_text(
        '{"image_data_format": "channels_first", "floatx": "float16", "backend": "jax"}'
    )
    code = (
        "from paishi.models.keras.imports import keras; import os;"
        "print(keras.config.backend(), keras.config.image_data_format(), keras.config.floatx(),"
        " os.environ['KERAS_HOME'] == os.environ['EXPECTED'], os.environ['KERAS_BACKEND'])"
    )
    ended = run(code, KERAS_HOME=str(tmp_path), EXPECTED=str(tmp_path), KERAS_BACKEND="jax")
    assert ended.stdout == "tensorflow channels_last float32 True jax\n"
    assert ended.stderr == "KERAS_BACKEND=jax is ignored: models run on TensorFlow.\n"


def test_an_earlier_import_of_keras_cannot_either(tmp_path: Path) -> None:
    (tmp_path / "keras.json").write_text('{"image_data_format": "channels_first", "floatx": "float16"}')
    code = (
        "import keras; before = keras.config.image_data_format(); import paishi.models.keras.imports;"
        "print(before, keras.config.image_data_format(),"
        " keras.config.floatx(), keras.config.dtype_policy().name)"
    )
    ended = run(code, KERAS_HOME=str(tmp_path))
    assert ended.stdout == "channels_first channels_last float32 float32\n"
