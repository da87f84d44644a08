"""Builds the served form of a custom model. Importing this loads Keras.

Loading a `.keras` file can run code of its author, with `safe_mode` or without: several CVEs show ways. So
load only files that you trust like a program and, if the model runs on OpenVINO, only in the converting
process.
"""

from pathlib import Path

import numpy as np

from paishi.models.backbone import Preprocessing
from paishi.models.custom.keras_file import input_size
from paishi.models.errors import CustomModelRefused
from paishi.models.keras.imports import keras
from paishi.models.keras.preprocessing import preprocess

_TOLERANCE = 1e-3


def build_custom(file: Path, preprocessing: Preprocessing) -> keras.Model:
    """Loads `file` (.keras) and puts `preprocessing` in front.

    The result takes (n, size, size, 3) uint8 RGB of 0..255 and returns (n, classes) float32, each row
    probabilities. Raises CustomModelRefused if the model in `file` does not fit that.
    """
    size = input_size(file)  # first, because it runs no code of the file
    model = _load(file)
    pixels = keras.Input((size, size, 3), dtype="uint8", name="rgb")
    prepared = keras.ops.cast(preprocess(pixels, preprocessing), model.inputs[0].dtype)
    softmax = keras.tree.flatten(model(prepared))[0]
    if len(softmax.shape) != 2 or softmax.shape[1] is None:
        raise CustomModelRefused(
            f"{file} returns shape {softmax.shape}: it must be (None, classes), a probability for each label."
        )
    if softmax.dtype != "float32":  # the model was trained in half precision
        softmax = keras.ops.cast(softmax, "float32")
    served = keras.Model(pixels, softmax, name="custom")
    _check_probabilities(file, served)
    return served


def _load(file: Path) -> keras.Model:
    try:
        model = keras.saving.load_model(file, compile=False, safe_mode=True)
    except Exception as error:  # Keras raises nearly anything here
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise CustomModelRefused(f"{file} cannot be loaded by Keras {keras.__version__}: {reason}") from error
    if not isinstance(model, keras.Model):
        raise CustomModelRefused(f"{file} holds a {type(model).__name__}, which is no model.")
    return model


def _check_probabilities(file: Path, served: keras.Model) -> None:
    _, height, width, channels = served.input_shape
    gradient = np.linspace(0, 255, height * width * channels).reshape(1, height, width, channels)
    for picture in (gradient.astype(np.uint8), np.full((1, height, width, channels), 128, np.uint8)):
        output = np.asarray(served(picture, training=False))
        total = float(output.sum())
        if not (np.isfinite(output).all() and output.min() >= 0 and abs(total - 1) < _TOLERANCE):
            raise CustomModelRefused(
                f"{file} returns {output.min():.3g} to {output.max():.3g}, in sum {total:.3g}: "
                "these are no probabilities; end the model with a softmax."
            )
