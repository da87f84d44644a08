"""Explanations and features of a served model, loaded on first use, on a separate thread.

Importing this loads neither TensorFlow nor Keras nor OpenVINO.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from paishi.models.errors import NotExplainable, WeightsChanged, WeightsUnavailable
from paishi.models.weights.find import weights_location
from paishi.runtimes.conversion.convert import FindWeights, converted
from paishi.runtimes.spec import ModelSpec
from paishi.system.cpu_budget import CpuBudget

if TYPE_CHECKING:
    from paishi.models.keras.gradients import Gradients
    from paishi.runtimes.openvino.class_activation import ClassActivation

T = TypeVar("T")

GRAPH_S = 60.0
"""Seconds that Keras may take even if `PAISHI_HANG_S` is less, because it traces a graph for each new layer.
On four cores NASNetLarge took 4.4 s for that and the first run, 0.4 s for the next run."""

Method = Literal["cam", "grad-cam"]


class Evidence(NamedTuple):
    """Class activation: `maps` float32 (n, rows, columns), one per view; below 0 speaks against the class."""

    method: Method
    maps: NDArray[np.float32]


class Insight:
    """Calls `load_class_activation` and `load_gradients` when needed, once if they succeed.

    Class activation is exact for models that end in pooling and one matrix, and gives the features of most.
    Gradients take seconds and much memory, work for every model, and replace class activation that is None.
    Both methods run one call at a time and raise ModelError if loading fails.
    """

    def __init__(
        self,
        load_class_activation: Callable[[], ClassActivation | None],
        load_gradients: Callable[[], Gradients],
        cores: CpuBudget,
    ) -> None:
        self._cores = cores
        self._load_class_activation = load_class_activation
        self._load_gradients = load_gradients
        # The thread ends with this object. On a fresh thread Keras also numbers unnamed layers as in its
        # documentation.
        self._thread = ThreadPoolExecutor(1, "insight")

    async def evidence(self, views: NDArray[np.uint8], index: int) -> Evidence:
        """Maps of the evidence for class `index` in `views` (n, size, size, 3) uint8 RGB."""
        return await self._on_thread(lambda: self._evidence(views, index))

    async def features(self, views: NDArray[np.uint8], layer: str | None) -> NDArray[np.float32]:
        """Output of `layer` for `views`, (n, ...); None is the classifier's input. Raises UnknownLayer."""
        return await self._on_thread(lambda: self._features(views, layer))

    def _evidence(self, views: NDArray[np.uint8], index: int) -> Evidence:
        if (exact := self._class_activation) and exact.is_exact:
            with self._cores.one():
                return Evidence("cam", exact.class_activation(views, index))
        gradients = self._gradients
        with self._cores.all(patience_s=GRAPH_S):
            return Evidence("grad-cam", gradients.class_activation(views, index))

    def _features(self, views: NDArray[np.uint8], layer: str | None) -> NDArray[np.float32]:
        if layer is None and (exact := self._class_activation):
            with self._cores.one():
                return exact.features(views)
        gradients = self._gradients
        with self._cores.all(patience_s=GRAPH_S):
            return gradients.features(views, layer)

    @cached_property
    def _class_activation(self) -> ClassActivation | None:
        return self._load_class_activation()

    @cached_property
    def _gradients(self) -> Gradients:
        return self._load_gradients()

    async def _on_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


def insight_for(spec: ModelSpec, find_weights: FindWeights, runtime: str, cores: CpuBudget) -> Insight:
    """Returns explanations of the model that `load_runtime` has just loaded for `spec` on `runtime`.

    They always use fp32. Weights that have changed on disk since then are refused, because they are not those
    of the running model, and missing ones are not downloaded. The file of a custom model is not loaded into
    this process, so anything that needs more than its converted form is refused.
    """
    served = _Served(spec, find_weights, _file_state(spec))
    return Insight(
        served.class_activation if runtime == "openvino" else lambda: None, served.gradients, cores
    )


@dataclass
class _Served:
    spec: ModelSpec
    find_weights: FindWeights
    state: tuple[int, ...] | None

    # Imports are local: OpenVINO takes a quarter of a second, TensorFlow half a gigabyte.

    def class_activation(self) -> ClassActivation | None:
        from paishi.runtimes.openvino.class_activation import ClassActivation
        from paishi.runtimes.openvino.head import NoHead

        self._check()
        with converted(replace(self.spec, precision="fp32"), self._weights) as model:
            try:
                return ClassActivation(model.file)
            except NoHead:
                return None

    def gradients(self) -> Gradients:
        if self.spec.is_custom:
            raise NotExplainable(
                "A custom model gives no layers, and explanations only if it runs on OpenVINO and ends in "
                "pooling and one dense layer."
            )
        from paishi.models.keras.gradients import Gradients

        self._check()
        return Gradients(self.spec.backbone, self._weights())

    def _check(self) -> None:
        now = _file_state(self.spec)
        if self.state and now and now != self.state:
            raise WeightsChanged(
                "The weights on disk are no longer those of the running model: the operator can load them "
                "with `python -m paishi use` or a restart."
            )

    def _weights(self) -> Path:
        name = self.spec.backbone.name
        if _file_state(self.spec) is None:  # a request must not start a download
            raise WeightsUnavailable(
                f"The weights of {name} are no longer on the server: the operator can fetch them with "
                f"`python -m paishi weights fetch {name}`."
            )
        return self.find_weights()


def _file_state(spec: ModelSpec) -> tuple[int, ...] | None:
    """Inode, size and modification time of the weights file; None if there is none."""
    try:
        state = weights_location(spec.backbone, spec.source, spec.keras_home).stat()
    except OSError:
        return None
    return state.st_ino, state.st_size, state.st_mtime_ns
