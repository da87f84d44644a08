"""A custom model in every format that Keras's process writes, each run by its own runtime."""

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from paishi.export.check import LOADERS, compare
from paishi.export.errors import ExportRefused
from paishi.export.keras.convert import export
from paishi.export.request import LAYERS, Artifact, Request
from paishi.models.backbone import Preprocessing
from paishi.models.keras.imports import keras
from paishi.models.keras.preprocessing import preprocess
from tests.server.models.custom_models import red_or_green, save

pytest.importorskip("tf2onnx", reason="the extra `export` is not installed")

pytestmark = pytest.mark.filterwarnings("ignore")  # of converters

SIZE = (32, 48)


def views(count: int) -> NDArray[np.uint8]:
    rng = np.random.default_rng(count)
    tints = rng.integers(0, 256, (count, 1, 1, 3))
    return ((tints + rng.integers(0, 256, (count, *SIZE, 3))) // 2).astype(np.uint8)


def exported(tmp_path: Path, model: keras.Model, *formats: str, card: str = "{}") -> list[Artifact]:
    """The files in `tmp_path / "out"`; those with views for a calibration have int8 as well."""
    out, work = tmp_path / "out", tmp_path / "work"
    out.mkdir()
    work.mkdir()
    np.save(work / "views.npy", views(20))
    np.save(work / "calibration.npy", views(60))
    file = save(model, tmp_path)
    found = export(Request("pets", str(file), card, formats, "pets", str(out), str(work), ("n1", "n2")))
    return found["artifacts"]


def test_each_runtime_gives_the_originals_probabilities(tmp_path: Path) -> None:
    card = json.dumps({"scale": "0..1", "mean": [0.5, 0.4, 0.3], "std": [0.2, 0.3, 0.4]})
    model = red_or_green(SIZE, scale=False)
    found = exported(tmp_path, model, "onnx", "onnx-wechat", "litert", card=card)
    most = {"fp32": 1e-5, "fp16": 0.02, "int8": 0.1}
    for artifact in found:
        file = artifact.at(tmp_path / "out")
        measured = compare(LOADERS[artifact.format](file, artifact), tmp_path / "work")
        assert measured["photos"] == 20
        assert measured["difference"] <= most[artifact.precision], artifact
        assert measured["same"] >= 19, artifact
    assert [one.path for one in found] == [
        *("model.onnx", "model-wechat.onnx", "model.tflite", "model-fp16.tflite", "model-int8.tflite"),
    ]


def test_another_model_is_found_to_differ(tmp_path: Path) -> None:
    [artifact] = exported(tmp_path, red_or_green(SIZE), "onnx")
    expected = np.load(tmp_path / "work" / "expected.npy")
    np.save(tmp_path / "work" / "expected.npy", expected[:, ::-1])
    run = LOADERS["onnx"](tmp_path / "out" / "model.onnx", artifact)
    measured = compare(run, tmp_path / "work")
    assert (measured["same"], measured["photos"]) == (0, 20)
    assert measured["difference"] > 0.5
    np.save(tmp_path / "work" / "expected.npy", expected[:, :1])  # of one class
    assert compare(run, tmp_path / "work")["difference"] == 1.0


def test_the_file_for_wechat_has_planes_of_float32_and_no_layout_changes(tmp_path: Path) -> None:
    import onnx

    exported(tmp_path, red_or_green(SIZE), "onnx-wechat")
    model = onnx.load(tmp_path / "out" / "model-wechat.onnx")
    assert [one.version for one in model.opset_import if not one.domain] == [12]
    [given] = model.graph.input
    shape = [dimension.dim_value for dimension in given.type.tensor_type.shape.dim]
    assert (given.name, shape, given.type.tensor_type.elem_type) == (
        "rgb",
        [1, 3, *SIZE],
        onnx.TensorProto.FLOAT,
    )
    assert [one.name for one in model.graph.output] == ["probabilities"]
    assert not {"Cast", "Transpose"} & {node.op_type for node in model.graph.node}


def test_a_model_that_takes_bytes_as_a_trained_one_does_is_exported(tmp_path: Path) -> None:
    import onnx

    rgb = keras.Input((*SIZE, 3), dtype="uint8")
    model = keras.Model(rgb, red_or_green(SIZE)(preprocess(rgb, Preprocessing.TF)))
    found = exported(tmp_path, model, "onnx-wechat", "coreml")
    assert [one.format for one in found] == ["onnx-wechat", "coreml"]
    written = onnx.load(tmp_path / "out" / "model-wechat.onnx")
    assert "Cast" not in {node.op_type for node in written.graph.node}


def lanczos() -> keras.Model:
    """With an operation that no converter has."""
    picture = keras.Input((*SIZE, 3))
    larger = keras.layers.UpSampling2D(2, interpolation="lanczos5", name="enlarge")(picture)
    return keras.Model(picture, red_or_green((2 * SIZE[0], 2 * SIZE[1]))(larger))


@pytest.mark.parametrize(
    ("format", "whose"), [("onnx", "ONNX"), ("onnx-wechat", "WeChat's inference"), ("litert", "LiteRT")]
)
def test_a_layer_that_a_format_lacks_is_named(format: str, whose: str, tmp_path: Path) -> None:
    with pytest.raises(ExportRefused) as refused:
        exported(tmp_path, lanczos(), format)
    assert f"{whose} does not take layer 'enlarge' (UpSampling2D) of this model: " in str(refused.value)
    assert "ScaleAndTranslate" in str(refused.value)


def test_each_operation_for_tensorflow_js_is_of_a_layer(tmp_path: Path) -> None:
    exported(tmp_path, lanczos(), "tfjs")
    [file] = tmp_path.rglob(LAYERS)
    layers = json.loads(file.read_text("utf-8"))
    assert layers["ScaleAndTranslate"] == ["layer 'enlarge' (UpSampling2D)"]


def test_a_layer_that_wechat_does_not_list_is_named_with_the_operator(tmp_path: Path) -> None:
    picture = keras.Input((*SIZE, 3))
    model = keras.Model(picture, red_or_green(SIZE)(keras.ops.sin(picture)))
    with pytest.raises(ExportRefused) as refused:
        exported(tmp_path, model, "onnx-wechat")
    assert "WeChat's inference does not take layer 'sin' (Sin) of" in str(refused.value)
    assert "WeChat lists no operator Sin" in str(refused.value)


def test_of_two_equal_classes_either_may_come_first(tmp_path: Path) -> None:
    expected = np.array([[0.5, 0.5], [0.50001, 0.49999], [0.6, 0.4]], np.float32)
    np.save(tmp_path / "views.npy", views(3))
    np.save(tmp_path / "expected.npy", expected)
    second = np.array([0.4999, 0.5001], np.float32)
    assert compare(lambda view: second, tmp_path)["same"] == 2
