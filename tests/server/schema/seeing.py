"""A model with insight, for /explain and /features."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from paishi.models.errors import UnknownLayer
from paishi.recognition.recogniser import Recogniser
from paishi.runtimes.insight import Evidence
from tests.server.api.conftest import load_brightness


class BrightPlaces:
    """An insight: bright places speak for each class; its one layer, `brightness`, has positions."""

    async def evidence(self, views: NDArray[np.uint8], indices: Sequence[int]) -> Evidence:
        return Evidence("cam", np.stack([self._brightness(views)] * len(indices)))

    async def features(self, views: NDArray[np.uint8], layer: str | None) -> NDArray[np.float32]:
        if layer not in (None, "brightness"):
            raise UnknownLayer(f"There is no layer {layer}. There is one: brightness.")
        seen = self._brightness(views)
        return seen.mean(axis=(1, 2))[:, np.newaxis] if layer is None else seen[..., np.newaxis]

    @staticmethod
    def _brightness(views: NDArray[np.uint8]) -> NDArray[np.float32]:
        return views[:, ::8, ::8].mean(axis=3, dtype=np.float32) / 255


def load_seeing(on_progress: object) -> Recogniser:
    return replace(load_brightness(on_progress), insight=BrightPlaces())
