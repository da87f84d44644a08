"""One function for each format: writes a served model and returns what it has written."""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from paishi.export.errors import ExportRefused
from paishi.export.formats import FP16, FP32, INT8
from paishi.export.full_disk import is_full_disk
from paishi.export.keras.layers import refused_layers
from paishi.export.request import LAYERS, PROBABILITIES, RGB, Artifact, Request
from paishi.export.wechat import need_supported
from paishi.models.keras.imports import keras, tf
from paishi.models.keras.operations import layers_by_operation

_OPSET, _OPSET_WECHAT = 17, 12
_SIGNATURE = "serving_default"
_TF_INPUT = f"{RGB}:0"
_ON_IOS = 15
"""Least version of iOS: of Core ML's programs with the output of a classifier."""


@dataclass
class Served:
    """`model` takes (n, height, width, 3) uint8 RGB and returns probabilities (n, classes) float32."""

    model: keras.Model
    request: Request
    folder: Path
    work: Path

    @cached_property
    def saved_model(self) -> Path:
        """The SavedModel, which other converters read as well."""
        folder = self.work / "saved-model"
        write_saved_model(self.model, folder)
        return folder

    @cached_property
    def as_float(self) -> keras.Model:
        """The same layers, with a float32 input of 0..255."""
        return with_float_input(self.model)


def write_saved_model(model: keras.Model, folder: Path) -> None:
    signature = [tf.TensorSpec((None, *model.input_shape[1:]), tf.uint8, name=RGB)]

    def infer(rgb: tf.Tensor) -> dict[str, tf.Tensor]:
        return {PROBABILITIES: model(rgb, training=False)}

    # Keras's own ExportArchive writes each weight twice.
    module = tf.Module()
    module.weights = [variable.value for variable in model.variables]
    endpoint = tf.function(infer, input_signature=signature, autograph=False)
    tf.saved_model.save(module, str(folder), signatures={_SIGNATURE: endpoint})


def with_float_input(model: keras.Model) -> keras.Model:
    pixels = keras.Input(model.input_shape[1:], dtype="float32", name=RGB)

    # What takes bytes turns floats into bytes again, and so does the operation before it.
    def as_float(layer: keras.Layer) -> keras.Layer:
        return with_float_input(layer) if isinstance(layer, keras.Model) and _takes_bytes(layer) else layer

    def call(layer: keras.Operation, *args: Any, **kwargs: Any) -> Any:
        is_cast = type(layer).__name__ == "Cast" and layer.dtype == "uint8"
        return args[0] if is_cast else layer(*args, **kwargs)

    return keras.models.clone_model(model, input_tensors=pixels, clone_function=as_float, call_function=call)


def _takes_bytes(model: keras.Model) -> bool:
    return any(one.dtype == "uint8" for one in model.inputs)


def _saved_model(served: Served) -> Sequence[Artifact]:
    name = served.request.name
    shutil.copytree(served.saved_model, served.folder / name / "1")
    (served.folder / "models.config").write_text(
        "model_config_list {\n"
        f'  config {{ name: "{name}" base_path: "/models/{name}" model_platform: "tensorflow" }}\n'
        "}\n",
        encoding="utf-8",
    )
    return [Artifact("saved-model", FP32, f"{name}/1")]


def _keras(served: Served) -> Sequence[Artifact]:
    served.model.save(str(served.folder / "model.keras"))
    return [Artifact("keras", FP32, "model.keras")]


def _onnx(served: Served) -> Sequence[Artifact]:
    with _blaming(served.model, "ONNX", to_onnx):
        data = to_onnx(served.model)
    (served.folder / "model.onnx").write_bytes(data)
    return [Artifact("onnx", FP32, "model.onnx")]


def to_onnx(model: keras.Model) -> bytes:
    """ONNX with the input of `model`, for any number of pictures."""
    signature = [tf.TensorSpec(one.shape, one.dtype, name=RGB) for one in model.inputs]
    data: bytes = _checked(model, signature, opset=_OPSET).SerializeToString()
    return data


def _onnx_wechat(served: Served) -> Sequence[Artifact]:
    with _blaming(served.as_float, "WeChat's inference", to_onnx_wechat):
        data = to_onnx_wechat(served.as_float)
    (served.folder / "model-wechat.onnx").write_bytes(data)
    return [Artifact("onnx-wechat", FP32, "model-wechat.onnx", dtype="float32", layout="NCHW")]


def to_onnx_wechat(model: keras.Model) -> bytes:
    """ONNX for one picture (1, 3, height, width) float32, with operators that WeChat has."""
    [shape] = [tensor.shape for tensor in model.inputs]
    signature = [tf.TensorSpec((1, *shape[1:]), model.inputs[0].dtype, name=RGB)]
    pictures = [_TF_INPUT] if len(shape) == 4 else None
    found = _checked(model, signature, opset=_OPSET_WECHAT, inputs_as_nchw=pictures)
    need_supported(found)
    data: bytes = found.SerializeToString()
    return data


def _checked(model: keras.Model, signature: Sequence[tf.TensorSpec], **options: Any) -> Any:
    import onnx
    import tf2onnx.convert
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    # tf2onnx's own from_function makes inputs of the constants that Keras has outside its variables.
    graph = convert_variables_to_constants_v2(_concrete(model, signature))
    [wanted] = [output.name for output in graph.outputs]
    found, _ = tf2onnx.convert.from_graph_def(
        graph.graph.as_graph_def(),
        input_names=[_TF_INPUT],
        output_names=[wanted],
        tensors_to_rename={_TF_INPUT: RGB, wanted: PROBABILITIES},
        **options,
    )
    onnx.checker.check_model(found)  # tf2onnx leaves an operation that it does not have as it is
    return found


def _litert(served: Served) -> Sequence[Artifact]:
    wanted = [FP32, FP16, *([INT8] if (served.work / "calibration.npy").exists() else [])]
    written = []
    for precision in wanted:
        path = "model.tflite" if precision == FP32 else f"model-{precision}.tflite"
        with _blaming(served.model, "LiteRT", lambda layer: to_litert(layer, served.work)):
            data = _litert_of(served.saved_model, precision, served.work)
        (served.folder / path).write_bytes(data)
        written.append(Artifact("litert", precision, path))
    return written


def to_litert(model: keras.Model, work: Path) -> bytes:
    """LiteRT in fp32 for `model`, which may have any input."""
    folder = work / "layer"
    shutil.rmtree(folder, ignore_errors=True)
    model.export(str(folder), format="tf_saved_model", verbose=False)
    return _litert_of(folder, FP32, work)


def _litert_of(saved_model: Path, precision: str, work: Path) -> bytes:
    converter = tf.lite.TFLiteConverter.from_saved_model(str(saved_model), signature_keys=[_SIGNATURE])
    if precision != FP32:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if precision == FP16:
        converter.target_spec.supported_types = [tf.float16]
    if precision == INT8:
        views: NDArray[np.uint8] = np.load(work / "calibration.npy", mmap_mode="r")
        converter.representative_dataset = lambda: ([view[None]] for view in views)
    data: bytes = converter.convert()
    return data


def _coreml(served: Served) -> Sequence[Artifact]:
    import coremltools as ct

    _, height, width, _ = served.model.input_shape
    with _blaming(served.as_float, "Core ML", to_coreml):
        found = ct.convert(
            [_concrete(served.as_float, _of_one(served.as_float))],
            source="tensorflow",
            inputs=[ct.ImageType(name=RGB, shape=(1, height, width, 3))],
            # Of the labels only the ids are unique, which Core ML requires.
            classifier_config=ct.ClassifierConfig(list(served.request.classes)),
            minimum_deployment_target=getattr(ct.target, f"iOS{_ON_IOS}"),
        )
    found.save(str(served.folder / "model.mlpackage"))
    return [Artifact("coreml", FP16, "model.mlpackage", output="classLabel")]


def to_coreml(model: keras.Model) -> object:
    import coremltools as ct

    return ct.convert(
        [_concrete(model, _of_one(model))],
        source="tensorflow",
        minimum_deployment_target=getattr(ct.target, f"iOS{_ON_IOS}"),
    )


def _of_one(model: keras.Model) -> list[tf.TensorSpec]:
    return [tf.TensorSpec((1, *one.shape[1:]), one.dtype, name=one.name) for one in model.inputs]


def _concrete(model: keras.Model, signature: Sequence[tf.TensorSpec]) -> Any:
    def infer(*inputs: tf.Tensor) -> tf.Tensor:
        return model(inputs[0] if len(inputs) == 1 else list(inputs), training=False)

    return tf.function(infer, input_signature=signature, autograph=False).get_concrete_function()


def _tfjs(served: Served) -> Sequence[Artifact]:
    """Leaves the SavedModel for the converter, which has an environment of its own: `paishi.export.tfjs`.

    And which layer each kind of operation is of, for the converter's refusals.
    """
    traced = _concrete(served.model, _of_one(served.model))
    layers = layers_by_operation(served.model, traced.graph)
    (served.work / LAYERS).write_text(json.dumps(layers), encoding="utf-8")
    return [Artifact("tfjs", FP32, "tfjs")] if served.saved_model else []


@contextmanager
def _blaming(model: keras.Model, format: str, write: Callable[[keras.Model], object]) -> Iterator[None]:
    """Raises ExportRefused, which names the layers of `model` that `write` does not take alone, instead of an
    error in the block."""
    try:
        yield
    except Exception as error:
        if is_full_disk(error) or isinstance(error, MemoryError):
            raise
        reason = _in_short(error)
        layers = refused_layers(model, write)
        which = (
            f" does not take {' and '.join(layers)} of this model" if layers else " does not take this model"
        )
        raise ExportRefused(f"{format}{which}: {reason}") from error


def _in_short(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
    named = [line for line in lines if "rror" in line or "upported" in line or "Op" in line]
    text = (named or lines)[0][:300]
    return text if text.endswith(".") else f"{text}."


WRITERS: Mapping[str, Callable[[Served], Sequence[Artifact]]] = MappingProxyType(
    {
        "saved-model": _saved_model,
        "keras": _keras,
        "onnx": _onnx,
        "onnx-wechat": _onnx_wechat,
        "litert": _litert,
        "coreml": _coreml,
        "tfjs": _tfjs,
    }
)
"""By format; OpenVINO's model is written by the conversion for serving."""
