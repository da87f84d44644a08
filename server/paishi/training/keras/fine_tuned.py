"""The model in fine-tuning: with light changes of photos, and with the backbone's normalisation as it is."""

from typing import Any

from paishi.models.backbone import Preprocessing
from paishi.models.keras.imports import keras
from paishi.models.keras.preprocessing import preprocess


class FineTuned(keras.Model):  # type: ignore[misc]
    """Calculates as `join` does, of the same `base` and `head`, for uint8 RGB (n, size, size, 3).

    With `augment`, pictures are mirrored, shifted, zoomed and lit a little in training. `base` keeps its
    normalisation statistics in any case: the functional model of `join` would pass `training` on to it.
    """

    def __init__(
        self, preprocessing: Preprocessing, base: keras.Model, head: keras.Model, augment: bool
    ) -> None:
        super().__init__()
        self._preprocessing = preprocessing
        self.base = base
        self.head = head
        self.augmentation = (
            [
                keras.layers.RandomFlip("horizontal"),
                keras.layers.RandomTranslation(0.08, 0.08, fill_mode="reflect"),
                keras.layers.RandomZoom(0.1, fill_mode="reflect"),
                keras.layers.RandomBrightness(0.1),
            ]
            if augment
            else []
        )
        self.build((None, *base.input_shape[1:]))

    def build(self, shape: Any) -> None:
        for layer in self.augmentation:
            layer.build(shape)
        self.built = True

    def call(self, pixels: Any, training: bool | None = None) -> Any:
        x = keras.ops.cast(pixels, "float32")
        for layer in self.augmentation:
            x = layer(x, training=training)
        if self.augmentation:  # as a photo has them
            x = keras.ops.round(keras.ops.clip(x, 0.0, 255.0))
        maps = self.base(preprocess(x, self._preprocessing), training=False)
        if len(self.head.input_shape) == 2:
            maps = keras.ops.mean(maps, axis=(1, 2))
        return self.head(maps, training=training)
