"""Light changes of photos in training."""

from typing import Any

from paishi.models.keras.imports import keras


class Augmented(keras.Model):  # type: ignore[misc]
    """A model of uint8 RGB (n, side, side, 3) that gets each picture a little changed in training.

    With `augment`, pictures are mirrored, shifted, zoomed and lit a little. Whoever derives from it builds it
    for their shape (None, side, side, 3) at last.
    """

    def __init__(self, augment: bool) -> None:
        super().__init__()
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

    def build(self, shape: Any) -> None:
        for layer in self.augmentation:
            layer.build(shape)
        self.built = True

    def augmented(self, pixels: Any, training: bool | None) -> Any:
        """`pixels` as float32 of 0..255, changed if `training`."""
        x = keras.ops.cast(pixels, "float32")
        for layer in self.augmentation:
            x = layer(x, training=training)
        if self.augmentation:  # as a photo has them
            x = keras.ops.round(keras.ops.clip(x, 0.0, 255.0))
        return x


class FromScratch(Augmented):
    """Calculates as `model`, which takes the pictures and is trained in all its layers."""

    def __init__(self, model: keras.Model, augment: bool) -> None:
        super().__init__(augment)
        self.model = model
        self.build(model.input_shape)

    def call(self, pixels: Any, training: bool | None = None) -> Any:
        return self.model(self.augmented(pixels, training), training=training)
