"""Blocks to build larger models of: Inception, residual, a model inside a model."""

from paishi.gallery.models.perceptrons import functional_first
from paishi.models.keras.imports import keras

layers = keras.layers


def inception_module(axis: int = 1) -> keras.Model:
    def conv(x: keras.KerasTensor, size: int) -> keras.KerasTensor:
        return layers.Conv2D(64, size, padding="same", activation="relu")(x)

    inputs = keras.Input((256, 256, 3))
    tower_1 = conv(conv(inputs, 1), 3)
    tower_2 = conv(conv(inputs, 1), 5)
    tower_3 = conv(layers.MaxPooling2D(3, strides=1, padding="same")(inputs), 1)
    outputs = layers.Concatenate(axis=axis)([tower_1, tower_2, tower_3])
    return keras.Model(inputs, outputs)


def inception_module_channels() -> keras.Model:
    return inception_module(axis=-1)


def residual() -> keras.Model:
    inputs = keras.Input((256, 256, 3))
    x = layers.Conv2D(3, 3, padding="same")(inputs)
    outputs = layers.Add()([inputs, x])
    return keras.Model(inputs, outputs)


def module_reuse() -> keras.Model:
    """The same block twice: its weights count once."""
    inputs = keras.Input((None, None, 3))
    block = keras.Sequential(
        [keras.Input((None, None, 3)), layers.Conv2D(3, 3, padding="same")], name="block"
    )
    x = layers.Conv2D(3, 3, padding="same")(inputs)
    return keras.Model(inputs, block(block(x)))


def time_distributed_model() -> keras.Model:
    """A model of pictures becomes one of videos: it is applied to each of 20 frames."""
    frames = keras.Input((20, 784))
    return keras.Model(frames, layers.TimeDistributed(functional_first())(frames))
