"""Layers that Keras 3 has not, or no longer. Registered, so that a saved model loads again."""

from typing import Any

from paishi.models.keras.imports import keras

layers = keras.layers
ops = keras.ops


@keras.saving.register_keras_serializable("gallery")
class MyLayer(keras.Layer):  # type: ignore[misc]
    """A matrix without a bias: (batch, n) to (batch, units)."""

    def __init__(self, units: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        self.kernel = self.add_weight(
            name="kernel", shape=(input_shape[-1], self.units), initializer="random_uniform"
        )

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        return ops.matmul(inputs, self.kernel)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "units": self.units}


@keras.saving.register_keras_serializable("gallery")
class MyPairLayer(keras.Layer):  # type: ignore[misc]
    """Two inputs a, b to two outputs: a times a matrix, plus b; and the mean of b.

    b needs `units` columns, or one.
    """

    def __init__(self, units: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape: list[tuple[int | None, ...]]) -> None:
        self.kernel = self.add_weight(
            name="kernel", shape=(input_shape[0][-1], self.units), initializer="random_uniform"
        )

    def call(self, inputs: list[keras.KerasTensor]) -> list[keras.KerasTensor]:
        a, b = inputs
        return [ops.matmul(a, self.kernel) + b, ops.mean(b, axis=-1)]

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "units": self.units}


@keras.saving.register_keras_serializable("gallery")
class LocallyConnected2D(keras.Layer):  # type: ignore[misc]
    """A convolution that has a kernel and a bias of its own at each place, without padding."""

    def __init__(self, filters: int, kernel_size: tuple[int, int], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.filters = filters
        self.kernel_size = tuple(kernel_size)  # a saved model has a list

    def build(self, input_shape: tuple[int | None, int, int, int]) -> None:
        _, height, width, channels = input_shape
        rows, columns = height - self.kernel_size[0] + 1, width - self.kernel_size[1] + 1
        inputs = self.kernel_size[0] * self.kernel_size[1] * channels
        self.kernel = self.add_weight(name="kernel", shape=(rows, columns, inputs, self.filters))
        self.bias = self.add_weight(name="bias", shape=(rows, columns, self.filters), initializer="zeros")

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        patches = ops.image.extract_patches(inputs, self.kernel_size, strides=1)
        return ops.einsum("brci,rcif->brcf", patches, self.kernel) + self.bias

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "filters": self.filters, "kernel_size": self.kernel_size}


@keras.saving.register_keras_serializable("gallery")
class Antirectifier(keras.Layer):  # type: ignore[misc]
    """Positive and negative parts side by side, of a vector without its mean and of length 1."""

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        x = ops.normalize(inputs - ops.mean(inputs, axis=-1, keepdims=True), axis=-1)
        return ops.concatenate([ops.relu(x), ops.relu(-x)], axis=-1)


def my_layer() -> keras.Model:
    inputs = keras.Input((78,))
    return keras.Model(inputs, MyLayer(15)(inputs))


def my_pair_layer() -> keras.Model:
    a, b = keras.Input((78,)), keras.Input((15,))
    return keras.Model([a, b], MyPairLayer(15)([a, b]))


def locally_connected2d() -> keras.Model:
    return keras.Sequential([keras.Input((11, 11, 3)), LocallyConnected2D(32, (3, 2))])


def antirectifier() -> keras.Model:
    return keras.Sequential([keras.Input((256,)), Antirectifier()])


def lambda_square() -> keras.Model:
    return keras.Sequential([keras.Input((8,)), layers.Lambda(lambda x: x**2)])
