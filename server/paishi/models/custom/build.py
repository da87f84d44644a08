"""A network of the operator's own as it is served. Importing this loads Keras.

What a `.keras` file describes is built while it is loaded, and more than one way has been found in which that
runs code of whoever wrote the file, `safe_mode` or not. So load only files that you trust as you trust a
program, and, where the network runs on OpenVINO, only in the process that converts it.
"""

from pathlib import Path

import numpy as np

from paishi.models.backbone import Preprocessing
from paishi.models.custom.keras_file import input_size, need_square
from paishi.models.errors import CustomModelRefused
from paishi.models.keras.imports import keras
from paishi.models.keras.preprocessing import preprocess

_TOLERANCE = 1e-3


def build_custom(file: Path, preprocessing: Preprocessing) -> keras.Model:
    """Loads `file` (.keras) and puts `preprocessing` before it.

    The network takes (n, size, size, 3) uint8 RGB of 0..255 and answers (n, classes) float32, each row
    probabilities. Raises CustomModelRefused where the file's network cannot.
    """
    input_size(file)  # first, because it runs nothing
    network = _load(file)
    size = _check_shapes(file, network)
    pixels = keras.Input((size, size, 3), dtype="uint8", name="rgb")
    prepared = keras.ops.cast(preprocess(pixels, preprocessing), network.inputs[0].dtype)
    softmax = network(prepared)
    if softmax.dtype != "float32":  # of a network that was trained in half precision
        softmax = keras.ops.cast(softmax, "float32")
    served = keras.Model(pixels, softmax, name="own")
    _check_answers(file, served)
    return served


def _load(file: Path) -> keras.Model:
    try:
        network = keras.saving.load_model(file, compile=False, safe_mode=True)
    except Exception as error:  # whatever the file makes Keras do
        said = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise CustomModelRefused(f"{file} cannot be loaded by Keras {keras.__version__}: {said}") from error
    if not isinstance(network, keras.Model):
        raise CustomModelRefused(f"{file} holds a {type(network).__name__}, which is no network.")
    return network


def _check_shapes(file: Path, network: keras.Model) -> int:
    for what, tensors in (("inputs", network.inputs), ("outputs", network.outputs)):
        if len(tensors) != 1:
            raise CustomModelRefused(f"{file} has {len(tensors)} {what}: it must have one.")
    answer = tuple(network.outputs[0].shape)
    if len(answer) != 2 or answer[1] is None:
        raise CustomModelRefused(
            f"{file} answers with shape {answer}: it must be (None, classes), a probability for each label."
        )
    return need_square(file, tuple(network.inputs[0].shape))


def _check_answers(file: Path, served: keras.Model) -> None:
    _, height, width, channels = served.input_shape
    slope = np.linspace(0, 255, height * width * channels).reshape(1, height, width, channels)
    for picture in (slope.astype(np.uint8), np.full((1, height, width, channels), 128, np.uint8)):
        answer = np.asarray(served(picture, training=False))
        total = float(answer.sum())
        if not (np.isfinite(answer).all() and answer.min() >= 0 and abs(total - 1) < _TOLERANCE):
            raise CustomModelRefused(
                f"{file} answers with {answer.min():.3g} to {answer.max():.3g}, in sum {total:.3g}: "
                "these are no probabilities; end the network with a softmax."
            )
