"""Explanations and features of a served model, loaded on first use, on a separate thread.

Importing this loads neither TensorFlow nor Keras nor OpenVINO.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from paishi.models.custom.folder import files_of
from paishi.models.errors import NotExplainable, WeightsChanged, WeightsUnavailable
from paishi.models.keras import need_keras
from paishi.models.keras.gradients_process import GradientsProcess
from paishi.models.layers import need_layer
from paishi.models.weights.find import weights_location
from paishi.models.weights.integrity import check_file
from paishi.models.weights.keras_cache import is_published
from paishi.runtimes.base import Runtime
from paishi.runtimes.conversion.convert import converted
from paishi.runtimes.occlusion import occlusion
from paishi.runtimes.spec import ModelSpec
from paishi.system.cpu_budget import CpuBudget

if TYPE_CHECKING:
    from paishi.models.keras.gradients import Gradients
    from paishi.runtimes.openvino.class_activation import ClassActivation

T = TypeVar("T")
Occlude = Callable[[NDArray[np.uint8], Sequence[int]], Awaitable[NDArray[np.float32]]]
"""Views and the indices of classes to maps, float32 (classes, n, rows, columns)."""

GRAPH_S = 60.0
"""Seconds that Keras may take even if `PAISHI_HANG_S` is less, because it traces a graph for each new layer.
On four cores NASNetLarge took 4.4 s for that and the first run, 0.4 s for the next run."""

Method = Literal["cam", "grad-cam", "occlusion", "similarity"]


class Evidence(NamedTuple):
    """Evidence for classes: `maps` float32 (classes, n, rows, columns) of n views; below 0 speaks against."""

    method: Method
    maps: NDArray[np.float32]


class Insight:
    """Calls `load_class_activation` when needed, once if it succeeds, and `load_gradients` before every use.

    Class activation is exact for models that end in pooling and one matrix, and gives the features of most.
    Gradients take seconds and much memory, work for every model of the catalogue, and replace class
    activation that is None or not exact. For a custom model, whose file is not loaded, `occlude` does.
    `check_layer` raises UnknownLayer before that, if it can. Both methods run one call at a time and raise
    ModelError if loading fails. `close` ends what the loading functions started.
    """

    def __init__(
        self,
        load_class_activation: Callable[[], ClassActivation | None],
        load_gradients: Callable[[], Gradients | GradientsProcess],
        cores: CpuBudget,
        check_layer: Callable[[str], None] = lambda layer: None,
        close: Callable[[], None] = lambda: None,
        occlude: Occlude | None = None,
    ) -> None:
        self._cores = cores
        self._load_class_activation = load_class_activation
        self._load_gradients = load_gradients
        self._check_layer = check_layer
        self._occlude = occlude
        self.close = close
        # The thread ends with this object. On a fresh thread Keras also numbers unnamed layers as in its
        # documentation.
        self._thread = ThreadPoolExecutor(1, "insight")

    async def evidence(self, views: NDArray[np.uint8], indices: Sequence[int]) -> Evidence:
        """Maps of the evidence for the classes `indices` in `views` (n, height, width, 3) uint8 RGB."""
        if self._occlude is None:
            return await self._on_thread(lambda: self._evidence(views, indices))
        exact = await self._on_thread(lambda: self._exact_evidence(views, indices))
        return exact or Evidence("occlusion", await self._occlude(views, indices))

    async def features(self, views: NDArray[np.uint8], layer: str | None) -> NDArray[np.float32]:
        """Output of `layer` for `views`, (n, ...); None is the classifier's input. Raises UnknownLayer."""
        return await self._on_thread(lambda: self._features(views, layer))

    async def maps(self, views: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Last feature maps of `views`, (n, height, width, channels), only of a runtime that gives vectors.

        The vector of a view is the mean of its map, in fp32.
        """
        return await self._on_thread(lambda: self._maps(views))

    def _maps(self, views: NDArray[np.uint8]) -> NDArray[np.float32]:
        exact = self._class_activation
        if exact is None:
            raise NotExplainable("This model gives no map of what it sees.")
        with self._cores.one():
            return exact.look(views).maps

    def _exact_evidence(self, views: NDArray[np.uint8], indices: Sequence[int]) -> Evidence | None:
        if not (exact := self._class_activation) or not exact.is_exact:
            return None
        with self._cores.one():
            look = exact.look(views)
            return Evidence("cam", np.stack([exact.class_activation(look, index) for index in indices]))

    def _evidence(self, views: NDArray[np.uint8], indices: Sequence[int]) -> Evidence:
        if found := self._exact_evidence(views, indices):
            return found
        gradients = self._load_gradients()
        maps = []
        for index in indices:
            with self._cores.all(patience_s=GRAPH_S):
                maps.append(gradients.class_activation(views, index))
        return Evidence("grad-cam", np.stack(maps))

    def _features(self, views: NDArray[np.uint8], layer: str | None) -> NDArray[np.float32]:
        if layer is None and (exact := self._class_activation):
            with self._cores.one():
                return exact.features(views)
        if layer is not None:
            self._check_layer(layer)
        gradients = self._load_gradients()
        with self._cores.all(patience_s=GRAPH_S):
            return gradients.features(views, layer)

    @cached_property
    def _class_activation(self) -> ClassActivation | None:
        return self._load_class_activation()

    async def _on_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


def insight_for(spec: ModelSpec, runtime: Runtime, cores: CpuBudget) -> Insight:
    """Returns explanations of the model that `load_runtime` has just loaded for `spec` on `runtime`.

    They always use fp32. Weights that have changed on disk since then are refused, because they are not those
    of the running model, and missing ones are not downloaded. Unless the model runs on TensorFlow, Keras gets
    a process of its own. The file of a custom model is not loaded: its layers are refused.
    """
    served = _Served(spec, _file_state(spec))
    activation = served.class_activation if runtime.name == "openvino" else lambda: None
    if spec.custom or not spec.is_of_keras:

        def occlude(views: NDArray[np.uint8], indices: Sequence[int]) -> Awaitable[NDArray[np.float32]]:
            return occlusion(runtime.softmax, views, indices, runtime.independent)

        return Insight(activation, served.gradients, cores, served.check_layer, occlude=occlude)
    if runtime.name != "openvino":
        return Insight(activation, served.gradients, cores)
    return Insight(activation, served.gradients_process, cores, served.check_layer, served.close)


@dataclass
class _Served:
    spec: ModelSpec
    state: tuple[int, ...] | None
    _in_process: Gradients | None = None
    _process: GradientsProcess | None = None

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

    def check_layer(self, layer: str) -> None:
        self._need_catalogue()
        if self._layers:
            need_layer(self.spec.backbone.name, layer, self._layers)

    @cached_property
    def _layers(self) -> tuple[str, ...]:
        from paishi.runtimes.openvino.model_file import layer_names
        from paishi.runtimes.openvino.runtime import read_model

        with converted(replace(self.spec, precision="fp32"), self._weights) as model:
            return layer_names(read_model(model.file))

    def gradients(self) -> Gradients:
        self._need_catalogue()
        from paishi.models.keras.gradients import Gradients

        if self._in_process is None:
            self._check()
            self._in_process = Gradients(self.spec.backbone, self._weights())
        return self._in_process

    def gradients_process(self) -> GradientsProcess:
        self._need_catalogue()
        need_keras(f"This part of {self.spec.backbone.name}")
        self._check()
        if self._process is None or not self._process.keep():
            self._process = GradientsProcess(self.spec.backbone.name, self._weights())
        return self._process

    def close(self) -> None:
        if self._process:
            self._process.close()

    def _need_catalogue(self) -> None:
        if self.spec.custom or not self.spec.is_of_keras:
            which = "A custom model" if self.spec.custom else self.spec.backbone.name
            raise NotExplainable(
                f"{which} gives no layers by name, and features only if it runs on OpenVINO and ends in a "
                "dense layer."
            )

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
        file = weights_location(self.spec.backbone, self.spec.source, self.spec.keras_home)
        if self.state is None:  # it was not there when the model was loaded
            check_file(file, self.spec.backbone.weights if is_published(self.spec.source) else None)
        return file


def _file_state(spec: ModelSpec) -> tuple[int, ...] | None:
    """Inode, size and modification time of each file of weights; None if one is missing."""
    location = weights_location(spec.backbone, spec.source, spec.keras_home)
    try:
        states = [file.stat() for file in files_of(location)]
    except OSError:
        return None
    return tuple(number for one in states for number in (one.st_ino, one.st_size, one.st_mtime_ns))
