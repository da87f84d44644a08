"""Explanations and features of a served model, loaded on first use, on a separate thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Literal, NamedTuple, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from paishi.system.cpu_budget import CpuBudget

Method = Literal["cam", "grad-cam"]
T = TypeVar("T")

GRAPH_S = 60.0
"""Seconds that Keras may take even if `PAISHI_HANG_S` is less, because it traces a graph for each new layer.
On four cores NASNetLarge took 4.4 s for that and the first run, 0.4 s for the next run."""


class Evidence(NamedTuple):
    """Class activation: `maps` float32 (n, rows, columns), one per view; below 0 speaks against the class."""

    method: Method
    maps: NDArray[np.float32]


class ClassActivation(Protocol):
    """Interface of `paishi.runtimes.openvino.class_activation.ClassActivation`."""

    @property
    def is_exact(self) -> bool: ...

    def class_activation(self, views: NDArray[np.uint8], index: int) -> NDArray[np.float32]: ...

    def features(self, views: NDArray[np.uint8]) -> NDArray[np.float32]: ...


class Gradients(Protocol):
    """Interface of `paishi.models.keras.gradients.Gradients`."""

    def class_activation(self, views: NDArray[np.uint8], index: int) -> NDArray[np.float32]: ...

    def features(self, views: NDArray[np.uint8], layer: str | None) -> NDArray[np.float32]: ...


class Insight(Protocol):
    """Explanations of a model, one at a time. Both methods raise ModelError if it cannot be loaded."""

    async def evidence(self, views: NDArray[np.uint8], index: int) -> Evidence:
        """Maps of the evidence for class `index` in `views` (n, size, size, 3) uint8 RGB."""
        ...

    async def features(self, views: NDArray[np.uint8], layer: str | None) -> NDArray[np.float32]:
        """Output of `layer` for `views`, (n, ...); None is the classifier's input. Raises UnknownLayer."""
        ...


class LazyInsight:
    """Calls `load_class_activation` and `load_gradients` when needed, once if they succeed.

    Class activation is exact for models that end in pooling and one matrix, and gives the features of most.
    Gradients take seconds and much memory, work for every model, and replace class activation that is None.
    """

    def __init__(
        self,
        load_class_activation: Callable[[], ClassActivation | None] | None,
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
        return await self._on_thread(lambda: self._evidence(views, index))

    async def features(self, views: NDArray[np.uint8], layer: str | None) -> NDArray[np.float32]:
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
        return self._load_class_activation() if self._load_class_activation else None

    @cached_property
    def _gradients(self) -> Gradients:
        return self._load_gradients()

    async def _on_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)
