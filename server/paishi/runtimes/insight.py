"""What a served network saw: loaded at the first question, on a thread of its own."""

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
"""How long Keras may take even where `PAISHI_HANG_S` is less: for each layer that is new to it, it makes a
graph. On four cores that and the first run took NASNetLarge 4.4 s, the next run 0.4 s."""


class Evidence(NamedTuple):
    """What speaks for a class, below 0 against it: `maps` float32 (n, rows, columns), one for each view."""

    method: Method
    maps: NDArray[np.float32]


class ClassActivation(Protocol):
    """As `paishi.runtimes.openvino.class_activation.ClassActivation`."""

    @property
    def is_exact(self) -> bool: ...

    def class_activation(self, views: NDArray[np.uint8], index: int) -> NDArray[np.float32]: ...

    def features(self, views: NDArray[np.uint8]) -> NDArray[np.float32]: ...


class Gradients(Protocol):
    """As `paishi.models.keras.gradients.Gradients`."""

    def class_activation(self, views: NDArray[np.uint8], index: int) -> NDArray[np.float32]: ...

    def features(self, views: NDArray[np.uint8], layer: str | None) -> NDArray[np.float32]: ...


class Insight(Protocol):
    """One question at a time, the others wait. Raises ModelError where it cannot be loaded."""

    async def evidence(self, views: NDArray[np.uint8], index: int) -> Evidence:
        """What in `views` (n, size, size, 3) uint8 RGB speaks for class `index`."""
        ...

    async def features(self, views: NDArray[np.uint8], layer: str | None) -> NDArray[np.float32]:
        """What `layer` makes of `views`, (n, ...), None what the classifier is given. Raises UnknownLayer."""
        ...


class LazyInsight:
    """Calls `load_class_activation` and `load_gradients` when they are needed, once if they succeed.

    The first tells everything of a network that ends in pooling and one matrix, and the features of most;
    the second, which takes seconds and much memory, everything of all. Without a first one, None, the second
    is asked in its place.
    """

    def __init__(
        self,
        load_class_activation: Callable[[], ClassActivation | None] | None,
        load_gradients: Callable[[], Gradients],
        cores: CpuBudget,
    ) -> None:
        self._cores = cores
        self._load_inside = load_class_activation
        self._load_gradients = load_gradients
        # Its thread goes when this object does. A thread that nothing was built on before also lets Keras
        # number layers without names as its documentation does.
        self._thread = ThreadPoolExecutor(1, "insight")

    async def evidence(self, views: NDArray[np.uint8], index: int) -> Evidence:
        return await self._on_thread(lambda: self._evidence(views, index))

    async def features(self, views: NDArray[np.uint8], layer: str | None) -> NDArray[np.float32]:
        return await self._on_thread(lambda: self._features(views, layer))

    def _evidence(self, views: NDArray[np.uint8], index: int) -> Evidence:
        if (inside := self._class_activation) and inside.is_exact:
            with self._cores.one():
                return Evidence("cam", inside.class_activation(views, index))
        gradients = self._gradients
        with self._cores.all(patience_s=GRAPH_S):
            return Evidence("grad-cam", gradients.class_activation(views, index))

    def _features(self, views: NDArray[np.uint8], layer: str | None) -> NDArray[np.float32]:
        if layer is None and (inside := self._class_activation):
            with self._cores.one():
                return inside.features(views)
        gradients = self._gradients
        with self._cores.all(patience_s=GRAPH_S):
            return gradients.features(views, layer)

    @cached_property
    def _class_activation(self) -> ClassActivation | None:
        return self._load_inside() if self._load_inside else None

    @cached_property
    def _gradients(self) -> Gradients:
        return self._load_gradients()

    async def _on_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)
