"""Converts a Keras model to OpenVINO, run by `convert.py` as a separate process.

`python -m paishi.runtimes.conversion.keras_to_openvino catalogue NAME WEIGHTS FOLDER`, or `custom FILE FOLDER
CARD...` for a custom `.keras` file and cards in JSON; several write into subfolders 0, 1 and so on.
TensorFlow takes seconds and a gigabyte, and loading a custom file can run code. Both end with this process,
which ends with its parent.
"""

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from paishi.models.catalogue import find_backbone
from paishi.models.custom.build import build_custom
from paishi.models.custom.card import Card
from paishi.models.errors import ConversionFailed, ModelError
from paishi.models.keras.build import build_served, traced
from paishi.models.keras.imports import keras, tf
from paishi.models.keras.operations import layers_by_operation, name_layers
from paishi.runtimes.conversion.cache import MODEL_XML
from paishi.runtimes.conversion.interruption import interruptible
from paishi.runtimes.openvino.imports import convert_model, ov
from paishi.runtimes.openvino.model_file import note_independent, save_model, store_layer_names
from paishi.runtimes.openvino.runtime import compiled, read_model
from paishi.system.child_process import answer_parent

TOLERANCE = 1e-4
"""Largest difference of a probability between OpenVINO and Keras that counts as equal."""


def convert(model: keras.Model, xml: Path, independent: bool = False) -> None:
    """Writes `model`, a served model, to `xml` and a .bin beside it, in fp32.

    `independent` tells whether each class has a probability of its own. Raises ConversionFailed if OpenVINO
    cannot convert it or its probabilities differ from Keras's.
    """
    graph = traced(model)
    try:
        converted = convert_model(graph)
        _write(converted, graph.outputs[0].name, model, xml, independent)
        del converted  # it holds the weights once more
        _compare(model, graph, xml)
    except ov.frontend.OpConversionFailure as error:
        raise ConversionFailed(_refusal(model, graph, str(error))) from error
    except RuntimeError as error:  # it has many lines
        reason = str(error).strip().rpartition("\n")[2]
        raise ConversionFailed(f"OpenVINO cannot run {model.name}: {reason}") from error


def _refusal(model: keras.Model, graph: Any, report: str) -> str:
    found = re.search(r"No conversion rule found for operations: (.+)", report)
    operations = found[1].strip() if found else "such operation"
    layers = name_layers(layers_by_operation(model, graph.graph), operations.split(", "))
    return f"OpenVINO does not take {' and '.join(layers) or model.name}: it has no {operations}."


def _write(converted: Any, output: str, model: keras.Model, xml: Path, independent: bool) -> None:
    # OpenVINO makes an output of every activation with a custom gradient in Keras, not only of the softmax.
    softmax = converted.output(output).get_node().input_value(0)
    served = ov.Model([softmax], converted.get_parameters(), model.name)
    store_layer_names(served, [layer.name for layer in getattr(model.layers[-1], "layers", ())])
    note_independent(served, independent)
    save_model(served, xml)


def _compare(model: keras.Model, graph: Callable[..., tf.Tensor], xml: Path) -> None:
    """Raises ConversionFailed if `xml` differs from `model` by more than float32 rounding explains.

    `graph` is the traced `model`. Where OpenVINO differs from it, its own difference from the eager `model`,
    which takes seconds, measures that rounding.
    """
    request = compiled(read_model(xml), "fp32", threads=0, streams=1).create_infer_request()
    for picture in _pictures(*model.input_shape[1:]):
        expected = np.asarray(graph(tf.constant(picture)))
        difference = _difference(request.infer({0: picture})[0], expected)
        if difference <= TOLERANCE:
            continue
        rounding = _difference(np.asarray(model(picture, training=False)), expected)
        if not difference <= 3 * rounding:
            raise ConversionFailed(
                f"{model.name} gives other probabilities on OpenVINO than on Keras, by up to {difference:g}."
            )


def _difference(found: NDArray[np.float32], expected: NDArray[np.float32]) -> float:
    return float(np.abs(found - expected).max()) if found.shape == expected.shape else np.inf


def _pictures(height: int, width: int, channels: int) -> Iterator[NDArray[np.uint8]]:
    """Yields pictures of blotches with fine noise, since photos have both.

    On pure noise or flat colour, some models calculate with numbers so large that Keras differs from itself.
    """
    rng = np.random.default_rng(0)
    for _ in range(2):
        coarse = rng.integers(0, 200, (1, 8, 8, channels))
        blotches = coarse.repeat(height // 8 + 1, axis=1).repeat(width // 8 + 1, axis=2)[:, :height, :width]
        yield (blotches + rng.integers(0, 56, blotches.shape)).astype(np.uint8)


def main(kind: str, model: str, weights_or_folder: str, *rest: str) -> None:
    with interruptible():
        if kind == "custom":
            return _convert_custom(Path(model), Path(weights_or_folder), *rest)
        [folder] = rest
        convert(build_served(find_backbone(model), Path(weights_or_folder)), Path(folder) / MODEL_XML)


def _convert_custom(file: Path, folder: Path, *cards: str) -> None:
    for number, card in enumerate(cards):
        built, independent = build_custom(file, Card.model_validate_json(card))
        target = folder / str(number) if len(cards) > 1 else folder
        target.mkdir(exist_ok=True)
        convert(built, target / MODEL_XML, independent)


if __name__ == "__main__":
    answer_parent(main, sys.argv[1:], ModelError)
