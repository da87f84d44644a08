"""A served network run by TensorFlow."""

import math

import numpy as np
from numpy.typing import NDArray

from server.core_budget import this_process
from server.networks.quiet import keras, tf
from server.runtimes.agreement import Agreement
from server.runtimes.base import Precision
from server.runtimes.batching import Batcher


class TensorFlowRuntime:
    """`model` is what `build_served` returns."""

    name = "tensorflow"
    precision: Precision = "fp32"
    agreement: Agreement | None = None

    def __init__(self, model: keras.Model) -> None:
        self._shape = tuple(model.input_shape[1:])
        self._infer = _traced(model)
        self._has_run = False
        self._batcher = Batcher(self._run, name=f"tensorflow {model.name}")

    async def softmax(self, views: NDArray[np.uint8]) -> NDArray[np.float32]:
        if views.dtype != np.uint8 or views.shape[1:] != self._shape or not len(views):
            raise ValueError(f"Views must be uint8 (n, *{self._shape}), not {views.dtype} {views.shape}.")
        return await self._batcher.submit(views)

    def close(self) -> None:
        self._batcher.close()

    def _run(self, views: NDArray[np.uint8]) -> NDArray[np.float32]:
        # Nothing is held against the first: it is a test.
        with this_process().all(patience_s=0.0 if self._has_run else math.inf):
            softmax: NDArray[np.float32] = self._infer(tf.constant(views)).numpy()
        self._has_run = True
        return softmax


def _traced(model: keras.Model) -> tf.types.experimental.ConcreteFunction:
    """`model` as one graph for any number of pictures, traced here and not under the first request.

    On four cores, milliseconds for one picture and pictures/s in batches of eight:

                          ResNet50       MobileNetV2
    model.predict         179 / 19       131 / 44      starts a data pipeline for every call
    eager                 365 / -        -             every layer comes back to Python, memory grows
    this                  63 / 30        19 / 117
    jit_compile=True      55 / 40        92 / 13       compiles for seconds at every new batch size
    variables frozen      52 / 32        15 / 166      takes another ten seconds and twice the memory
    """
    signature = tf.TensorSpec((None, *model.input_shape[1:]), tf.uint8)

    def infer(pixels: tf.Tensor) -> tf.Tensor:
        return model(pixels, training=False)

    return tf.function(infer, input_signature=[signature]).get_concrete_function()
