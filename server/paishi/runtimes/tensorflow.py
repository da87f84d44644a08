"""A served network run by TensorFlow."""

import math

import numpy as np
from numpy.typing import NDArray

from paishi.choices import Precision
from paishi.models.keras.graph import traced
from paishi.models.keras.imports import keras, tf
from paishi.runtimes.base import Agreement, check_views
from paishi.runtimes.batching import Batcher
from paishi.system.cpu_budget import this_process


class TensorFlowRuntime:
    """`model` is what `build_served` returns."""

    name = "tensorflow"
    precision: Precision = "fp32"
    agreement: Agreement | None = None

    def __init__(self, model: keras.Model) -> None:
        self._shape = tuple(model.input_shape[1:])
        self._infer = traced(model)
        self._has_run = False
        self._batcher = Batcher(self._run, name=f"tensorflow {model.name}")

    async def softmax(self, views: NDArray[np.uint8]) -> NDArray[np.float32]:
        check_views(views, self._shape)
        return await self._batcher.submit(views)

    def close(self) -> None:
        self._batcher.close()

    def _run(self, views: NDArray[np.uint8]) -> NDArray[np.float32]:
        # Nothing is held against the first: it is a test.
        with this_process().all(patience_s=0.0 if self._has_run else math.inf):
            softmax: NDArray[np.float32] = self._infer(tf.constant(views)).numpy()
        self._has_run = True
        return softmax
