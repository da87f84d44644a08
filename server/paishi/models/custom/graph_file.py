"""Reads what a model in ONNX or in Paddle's inference format takes and gives.

The files are read as data, without weights and without OpenVINO, so mistakes show at once. Field numbers come
from `onnx.proto` of ONNX and from `framework.proto` of Paddle.
"""

import mmap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from paishi.models.custom.protobuf import Malformed, Message, fields, messages, numbers, text
from paishi.models.errors import CustomModelRefused

CHANNELS = (1, 3, 4)
_LARGEST_PROGRAM = 256_000_000  # bytes of inference.pdmodel, which holds no weights
_EXTERNAL = 1  # TensorProto.DataLocation

Dims = Sequence[int | None]
"""Sizes of a tensor, None where any is taken."""

# Messages in which a tensor of ONNX can be, and the fields that lead to the next one.
_WAY_TO_TENSORS = {
    "model": {7: "graph", 25: "function"},
    "function": {7: "node", 11: "attribute"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
}


@dataclass(frozen=True, slots=True)
class GraphFile:
    """Facts about a model.

    `shape` is height, width and channels of its input; height and width are None if it takes any size.
    `classes` is the number of its outputs, None if the file does not say it.
    """

    shape: tuple[int | None, int | None, int]
    classes: int | None


def read_graph_file(file: Path) -> GraphFile:
    """Reads `file`, `.onnx` or `.pdmodel`.

    Raises CustomModelRefused unless the model has one input, a square picture, one output, and in ONNX all
    of its weights inside.
    """
    try:
        inputs, outputs = _of_onnx(file) if file.suffix == ".onnx" else _of_paddle(file)
    except OSError as error:
        raise CustomModelRefused(f"{file} cannot be read: {error.strerror or error}.") from error
    except (Malformed, ValueError, RecursionError) as error:
        form = "ONNX" if file.suffix == ".onnx" else "Paddle's inference format"
        raise CustomModelRefused(f"{file} is no model in {form}, or it is damaged.") from error
    if len(inputs) != 1:
        raise CustomModelRefused(f"{file} takes {len(inputs)} inputs: it must take one, the picture.")
    if len(outputs) != 1:
        raise CustomModelRefused(
            f"{file} gives {len(outputs)} outputs: it must give one, a number for each label."
        )
    height, width, channels, _ = picture_shape(file, inputs[0])
    return GraphFile((height, width, channels), _classes(outputs[0]))


def picture_shape(file: Path, dims: Dims) -> tuple[int | None, int | None, int, bool]:
    """Height, width and channels of an input of `file`, and whether the channels come first.

    Raises CustomModelRefused unless it is a square picture.
    """
    match dims:
        case [_, int(channels), height, width] if channels in CHANNELS:
            found = height, width, channels, True
        case [_, height, width, int(channels)] if channels in CHANNELS:
            found = height, width, channels, False
        case _:
            found = 0, 0, 0, True
    if found[0] != found[1] or found[0] == 0:
        shown = ", ".join("any" if size is None else str(size) for size in dims)
        raise CustomModelRefused(
            f"{file} takes input of shape ({shown}): it must take one square picture, RGB, grey or RGBA, "
            "such as (1, 3, 224, 224)."
        )
    return found


def _classes(dims: Dims) -> int | None:
    _, *sizes = dims or (None,)
    count = 1
    for size in sizes:
        if size is None:
            return None
        count *= size
    return count if sizes else None


def _of_onnx(file: Path) -> tuple[list[Dims], list[Dims]]:
    with file.open("rb") as stream:  # a map, because the weights are in the file as well
        model = memoryview(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ))
    for tensor in _tensors(model):
        _need_inside(file, tensor)
    [graph] = messages(model, 7)
    weights = {text(tensor, 8) for tensor in messages(graph, 5)}
    inputs = [_onnx_dims(value) for value in messages(graph, 11) if text(value, 1) not in weights]
    return inputs, [_onnx_dims(value) for value in messages(graph, 12)]


def _tensors(model: Message) -> Iterator[Message]:
    waiting = [("model", model)]
    while waiting:
        kind, message = waiting.pop()
        if kind == "tensor":
            yield message
            continue
        next_kinds = _WAY_TO_TENSORS[kind]
        for number, value in fields(message):
            if number in next_kinds and isinstance(value, memoryview):
                waiting.append((next_kinds[number], value))


def _need_inside(file: Path, tensor: Message) -> None:
    for number, value in fields(tensor):
        if number == 13 or (number == 14 and value == _EXTERNAL):
            raise CustomModelRefused(
                f"{file} has its weights in another file: write them into it, in PyTorch with "
                "torch.onnx.export(…, external_data=False)."
            )


def _onnx_dims(value: Message) -> Dims:
    sizes = []
    for dim in messages(value, 2, 1, 2, 1):
        known = [size for size in numbers(dim, 1) if size > 0]
        sizes.append(known[-1] if known else None)
    return sizes


def _of_paddle(file: Path) -> tuple[list[Dims], list[Dims]]:
    with file.open("rb") as stream:
        content = stream.read(_LARGEST_PROGRAM + 1)
    if len(content) > _LARGEST_PROGRAM:
        raise Malformed
    block = next(messages(memoryview(content), 1), None)
    if block is None:
        raise Malformed
    dims = {text(variable, 1): _paddle_dims(variable) for variable in messages(block, 3)}
    inputs, outputs = [], []
    for operation in messages(block, 4):
        match text(operation, 3):
            case "feed":
                inputs += [dims.get(name, ()) for name in _arguments(operation, 2)]
            case "fetch":
                outputs += [dims.get(name, ()) for name in _arguments(operation, 1)]
    return inputs, outputs


def _arguments(operation: Message, field: int) -> Iterator[str]:
    """Names of variables in the inputs (1) or outputs (2) of `operation`."""
    for name in messages(operation, field, 2):
        yield bytes(name).decode(errors="replace")


def _paddle_dims(variable: Message) -> Dims:
    return [
        size if size > 0 else None for tensor in messages(variable, 2, 3, 1) for size in numbers(tensor, 2)
    ]
