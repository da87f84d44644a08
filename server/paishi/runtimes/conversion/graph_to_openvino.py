"""Makes the served form of an ONNX or Paddle model, run by `convert.py` as a separate process.

`python -m paishi.runtimes.conversion.graph_to_openvino FILE FOLDER CARD...` reads a `.onnx` or `.pdmodel`
file, or a tar of PaddleClas, and cards in JSON; several write into subfolders 0, 1 and so on. OpenVINO reads
these formats by itself, in half a second, without the frameworks that wrote them.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from paishi.models.custom.card import GREY, OPAQUE, Card
from paishi.models.custom.ending import Form, ending
from paishi.models.custom.graph_file import Dims, picture_shape, read_graph_file
from paishi.models.errors import ConversionFailed, CustomModelRefused, ModelError, WeightsCorrupt
from paishi.models.weights.paddle_archive import extract_model
from paishi.runtimes.conversion.cache import MODEL_XML
from paishi.runtimes.conversion.interruption import interruptible
from paishi.runtimes.openvino.imports import ov, paddle_operation
from paishi.runtimes.openvino.model_file import note_independent, save_model
from paishi.runtimes.openvino.runtime import compiled
from paishi.system.child_process import answer_parent

ops = ov.opset13

_KEEP_VALUES = {"Reshape", "Squeeze", "Unsqueeze", "Convert"}
_LINEAR = {"MatMul", "Convolution"}  # what logits come from


def convert(file: Path, card: Card, xml: Path) -> None:
    """Writes the served form of `file`, `.onnx` or `.pdmodel`, to `xml` and a .bin beside it, in fp32.

    It takes (1, size, size, 3) uint8 RGB of 0..255 and returns (1, classes) probabilities. The preprocessing
    of `card` is in front, and its softmax or sigmoid behind. A model that ends in a linear layer returns
    logits, whether the card says so or not. Raises CustomModelRefused, or ConversionFailed if OpenVINO cannot
    read it.
    """
    read_graph_file(file)
    try:
        model = _core().read_model(file)
        pixels, output = _prepare(file, model, card)
        raw = ov.Model([output], [pixels], "custom")
        _simplify(raw)
        activation = _activation(output.get_node())
        values = _values(raw)
        if activation == "linear" and not _are_probabilities(values):
            card = card.model_copy(update={"output": "logits"})
        form, independent = ending(file, activation, values, card)
        served = ov.Model([_probabilities(raw.output(0).get_node().input_value(0), form)], [pixels], "custom")
        note_independent(served, independent)
        save_model(served, xml)
    except RuntimeError as error:  # it has many lines
        reason = str(error).strip().rpartition("\n")[2]
        raise ConversionFailed(f"OpenVINO cannot read {file}: {reason}") from error


def _core() -> Any:
    core = ov.Core()
    # Paddle before version 2 writes a dense layer so, which OpenVINO does not know.
    core.add_extension(paddle_operation("mul", _mul))
    return core


def _mul(node: Any) -> dict[str, list[Any]]:
    """Paddle's `mul`: both inputs as matrices, the axes before `num_col_dims` and those after it as one."""
    rows, columns = node.get_attribute("x_num_col_dims", 1), node.get_attribute("y_num_col_dims", 1)
    left, right = node.get_input("X"), node.get_input("Y")
    if columns != 1 or len(right.partial_shape) != 2:
        raise RuntimeError("mul with a matrix of more than two axes")
    shape = np.array([0] * rows + [-1])
    return {"Out": [ops.matmul(ops.reshape(left, shape, True), right, False, False).output(0)]}


def _prepare(file: Path, model: Any, card: Card) -> tuple[Any, Any]:
    """Puts the preprocessing in front of `model`. Returns its new input and its output as (1, classes)."""
    [taken] = model.get_parameters()
    height, _, channels, first = picture_shape(file, _dims(taken.get_partial_shape()))
    side = height or card.input_size
    model.reshape({taken.output(0): [1, channels, side, side] if first else [1, side, side, channels]})
    model.validate_nodes_and_infer_types()
    pixels = ops.parameter([1, side, side, 3], np.uint8, name="rgb")
    x = _prepared(pixels, channels, card)
    x = ops.transpose(x, np.array([0, 3, 1, 2])) if first else x
    taken.output(0).replace(ops.convert(x, taken.get_element_type()).output(0))
    [result] = model.get_results()
    output = result.input_value(0)
    if output.get_node().get_type_name() == "LogSoftmax":  # the logits before it have the same softmax
        output = output.get_node().input_value(0)
    return pixels, _vector(file, output)


def _dims(shape: Any) -> Dims:
    return [None if size.is_dynamic else size.get_length() for size in shape]


def _prepared(pixels: Any, channels: int, card: Card) -> Any:
    """Converts uint8 RGB to float32 of `channels` (1: grey, 4: RGBA, opaque) as `card` says."""
    x = ops.convert(pixels, np.float32)
    if channels == 1:
        x = ops.reduce_sum(ops.multiply(x, np.array(GREY, np.float32)), np.array([3]), keep_dims=True)
    elif channels == 4:
        opaque = np.full((*list(pixels.shape)[:3], 1), OPAQUE, np.float32)
        x = ops.concat([x, opaque], axis=3)
    bgr, divisor, offset, mean, std = card.normalisation
    if bgr:
        x = ops.gather(x, np.array([2, 1, 0]), np.int64(3))
    x = ops.subtract(ops.divide(x, np.float32(divisor)), np.float32(offset))
    return ops.divide(ops.subtract(x, np.array(mean, np.float32)), np.array(std, np.float32))


def _is_neutral(node: Any) -> bool:
    neutral = {"Multiply": 1.0, "Add": 0.0}.get(node.get_type_name())
    if neutral is None:
        return False
    value, constant = node.input_value(0), node.input_value(1).get_node()
    return (
        constant.get_type_name() == "Constant"
        and node.get_output_partial_shape(0) == value.partial_shape
        and bool((constant.data == neutral).all())
    )


def _vector(file: Path, output: Any) -> Any:
    """`output` as (1, classes) float32."""
    shape = _dims(output.partial_shape)
    *places, classes = sorted(shape, key=lambda size: size or 0) or (None,)
    if None in shape or any(size != 1 for size in places):
        raise CustomModelRefused(
            f"{file} returns shape {output.partial_shape} for one picture: it must be (1, classes), a number "
            "for each label."
        )
    if len(shape) != 2 or shape[0] != 1:
        output = ops.reshape(output, np.array([1, classes]), False).output(0)
    if output.element_type != ov.Type.f32:
        output = ops.convert(output, np.float32).output(0)
    return output


def _simplify(model: Any) -> None:
    """Replaces what depends on the shape alone, fixed now, by constants, and removes steps without effect.

    Paddle multiplies each output by 1 and adds 0; a dense layer of ONNX has two factors.
    """
    manager = ov.passes.Manager()
    manager.register_pass(ov.passes.ConstantFolding())
    manager.run_passes(model)
    for node in model.get_ordered_ops():
        if _is_neutral(node):
            node.output(0).replace(node.input_value(0))


def _activation(node: Any) -> str:
    """What `node` ends with: "softmax", "sigmoid" and so on, "linear" for logits."""
    while node.get_type_name() in _KEEP_VALUES:
        node = node.input_value(0).get_node()
    if node.get_type_name() == "Add":
        sides = [node.input_value(index).get_node() for index in (0, 1)]
        if any(side.get_type_name() == "Constant" for side in sides):
            node = next((side for side in sides if side.get_type_name() != "Constant"), node)
    name = str(node.get_type_name())
    return "linear" if name in _LINEAR else name.lower()


def _values(model: Any) -> NDArray[np.float32]:
    """Outputs (pictures, n) for a few pictures: a gradient, a plain grey, and noise."""
    shape = tuple(model.input(0).shape)
    request = compiled(model, "fp32", threads=0, streams=1).create_infer_request()
    pictures = (
        np.linspace(0, 255, np.prod(shape)).reshape(shape),
        np.full(shape, 128),
        np.random.default_rng(0).integers(0, 256, shape),
    )
    return np.concatenate([request.infer({0: picture.astype(np.uint8)})[0] for picture in pictures])


def _are_probabilities(values: NDArray[np.float32]) -> bool:
    return bool(values.min() >= 0 and np.abs(values.sum(axis=1) - 1).max() < 1e-3)


def _probabilities(output: Any, form: Form) -> Any:
    """Makes probabilities of `output` as `form` says."""
    match form:
        case "pair":
            return ops.concat([ops.subtract(np.float32(1), output), output], axis=1)
        case "pair of logits":
            return ops.concat([ops.sigmoid(ops.negative(output)), ops.sigmoid(output)], axis=1)
        case "sigmoid":
            return ops.sigmoid(output)
        case "softmax":
            return ops.softmax(output, axis=1)
        case "as it is":
            return output


def main(model: str, folder: str, *cards: str) -> None:
    with interruptible(), _unpacked(Path(model)) as file:
        for number, card in enumerate(cards):
            target = Path(folder) / str(number) if len(cards) > 1 else Path(folder)
            target.mkdir(exist_ok=True)
            convert(file, Card.model_validate_json(card), target / MODEL_XML)


@contextmanager
def _unpacked(model: Path) -> Iterator[Path]:
    if model.suffix != ".tar":
        yield model
        return
    with TemporaryDirectory(prefix="paishi-") as folder:
        try:
            file = extract_model(model, Path(folder))
        except WeightsCorrupt as error:
            raise WeightsCorrupt(f"{model}: {error}") from error
        yield file


if __name__ == "__main__":
    answer_parent(main, sys.argv[1:], ModelError)
