"""Runtime on TensorFlow."""

import numpy as np
from numpy.typing import NDArray

from paishi.choices import Precision
from paishi.models.keras.build import traced
from paishi.models.keras.imports import keras, tf
from paishi.runtimes.base import Agreement, Outputs, VectorOutput, check_views
from paishi.runtimes.scheduler import Scheduler
from paishi.system.cpu_budget import CpuBudget


class TensorFlowRuntime:
    """Runs a `model` from `build_served` or `build_custom`. Its threads share TensorFlow's thread pool.

    It gives no vectors: a served model is one layer around the published one, whose inner outputs cannot be
    had without building it again.
    """

    name = "tensorflow"
    precision: Precision = "fp32"
    agreement: Agreement | None = None
    vector: VectorOutput | None = None

    def __init__(self, model: keras.Model, cores: CpuBudget, independent: bool = False) -> None:
        self.independent = independent
        self._shape = tuple(model.input_shape[1:])
        self._infer = traced(model)
        self._scheduler = Scheduler(
            lambda at_once: [self._run] * at_once, cores, name=f"tensorflow {model.name}"
        )

    async def softmax(self, views: NDArray[np.uint8]) -> NDArray[np.float32]:
        check_views(views, self._shape)
        return await self._scheduler.submit(views)

    async def outputs(self, views: NDArray[np.uint8]) -> Outputs:
        raise NotImplementedError("This runtime gives no vectors.")

    def close(self) -> None:
        self._scheduler.close()

    def _run(self, view: NDArray[np.uint8]) -> NDArray[np.float32]:
        softmax: NDArray[np.float32] = self._infer(tf.constant(view)).numpy()
        return softmax
