"""Converts a Keras model to OpenVINO in a process of its own.

`python -m paishi.runtimes.conversion.keras_to_openvino catalogue NAME WEIGHTS FOLDER`, or
`custom FILE PREPROCESSING FOLDER` for an operator's `.keras` file. TensorFlow takes a gigabyte and seconds
that the server then never needs, and loading a custom file can run code: both end with this process, which
ends with its parent. `convert.py` is the other side.
"""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from paishi.models.backbone import Preprocessing
from paishi.models.catalogue import find_backbone
from paishi.models.custom.build import build_custom
from paishi.models.errors import ConversionFailed, ModelError
from paishi.models.keras.build import build_served
from paishi.models.keras.graph import traced
from paishi.models.keras.imports import keras, tf
from paishi.runtimes.conversion.cache import NETWORK
from paishi.runtimes.openvino.imports import ov
from paishi.runtimes.openvino.runtime import compiled, read_model
from paishi.system.child_process import answer_parent

TOLERANCE = 1e-4
"""Largest difference of a probability between OpenVINO and Keras that counts as the same answer."""


def convert(model: keras.Model, network: Path) -> None:
    """Writes `model`, a served network, as OpenVINO's `network` (.xml) and .bin in fp32.

    Raises ConversionFailed where OpenVINO cannot take it or then answers otherwise than Keras.
    """
    graph = traced(model)
    try:
        converted = ov.convert_model(graph)
        # It makes an output of every activation whose gradient Keras defines itself, the softmax one of many.
        softmax = converted.output(graph.outputs[0].name).get_node().input_value(0)
        converted = ov.Model([softmax], converted.get_parameters(), model.name)
        # Half precision would be half the size, and other answers.
        ov.save_model(converted, network, compress_to_fp16=False)
    except RuntimeError as error:
        raise ConversionFailed(f"OpenVINO cannot take {model.name}: {error}") from error
    _compare(model, graph, network)


def _compare(model: keras.Model, graph: Callable[..., tf.Tensor], network: Path) -> None:
    """`graph` is the traced `model`: what it differs by from the model itself, layer by layer, is the
    accuracy that this network has in float32, whoever calculates it."""
    request = compiled(read_model(network), "fp32", threads=0, streams=1).create_infer_request()
    for picture in _pictures(*model.input_shape[1:]):
        expected = np.asarray(model(picture, training=False))
        found = request.infer({0: picture})[0]
        own = _difference(np.asarray(graph(tf.constant(picture))), expected)
        difference = _difference(found, expected)
        if not difference <= max(TOLERANCE, 3 * own):
            raise ConversionFailed(
                f"{model.name} answers otherwise on OpenVINO than on Keras, by up to {difference:g}."
            )


def _difference(found: NDArray[np.float32], expected: NDArray[np.float32]) -> float:
    return float(np.abs(found - expected).max()) if found.shape == expected.shape else np.inf


def _pictures(height: int, width: int, channels: int) -> Iterator[NDArray[np.uint8]]:
    """Blotches with fine noise on them, as photos have both. On what is all noise or all smooth, networks
    that never saw the like may calculate with numbers so large that Keras differs from itself."""
    rng = np.random.default_rng(0)
    for _ in range(2):
        coarse = rng.integers(0, 200, (1, 8, 8, channels))
        blotches = coarse.repeat(height // 8 + 1, axis=1).repeat(width // 8 + 1, axis=2)[:, :height, :width]
        yield (blotches + rng.integers(0, 56, blotches.shape)).astype(np.uint8)


def main(kind: str, model: str, weights_or_preprocessing: str, folder: str) -> None:
    if kind == "custom":
        built = build_custom(Path(model), Preprocessing(weights_or_preprocessing))
    else:
        built = build_served(find_backbone(model), Path(weights_or_preprocessing))
    convert(built, Path(folder) / NETWORK)


if __name__ == "__main__":
    answer_parent(main, sys.argv[1:], ModelError)
