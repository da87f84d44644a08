"""The model in fine-tuning: with light changes of photos, and with the backbone's normalisation as it is."""

from typing import Any

from paishi.models.backbone import Preprocessing
from paishi.models.keras.imports import keras
from paishi.models.keras.preprocessing import preprocess
from paishi.training.keras.augmented import Augmented


class FineTuned(Augmented):
    """Calculates as `join` does, of the same `base` and `head`, for uint8 RGB (n, size, size, 3).

    `base` keeps its normalisation statistics in any case: the functional model of `join` would pass
    `training` on to it.
    """

    def __init__(
        self, preprocessing: Preprocessing, base: keras.Model, head: keras.Model, augment: bool
    ) -> None:
        super().__init__(augment)
        self._preprocessing = preprocessing
        self.base = base
        self.head = head
        self.build(base.input_shape)

    def call(self, pixels: Any, training: bool | None = None) -> Any:
        maps = self.base(preprocess(self.augmented(pixels, training), self._preprocessing), training=False)
        if len(self.head.input_shape) == 2:
            maps = keras.ops.mean(maps, axis=(1, 2))
        return self.head(maps, training=training)
