"""Dense layers only: vectors in, classes out."""

from paishi.models.keras.imports import keras

layers = keras.layers


def mlp(pixels: int = 784, classes: int = 10) -> keras.Model:
    inputs = keras.Input((pixels,), name="input")
    x = layers.Dense(512, activation="relu", name="hidden1")(inputs)
    x = layers.Dense(216, activation="relu", name="hidden2")(x)
    x = layers.Dense(128, activation="relu", name="hidden3")(x)
    outputs = layers.Dense(classes, activation="softmax", name="output")(x)
    return keras.Model(inputs, outputs)


def functional_first(pixels: int = 784, classes: int = 10) -> keras.Model:
    inputs = keras.Input((pixels,))
    x = layers.Dense(64, activation="relu")(inputs)
    x = layers.Dense(64, activation="relu")(x)
    outputs = layers.Dense(classes, activation="softmax")(x)
    return keras.Model(inputs, outputs)


def seq_softmax(pixels: int = 784, classes: int = 10) -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((pixels,)),
            layers.Dense(32),
            layers.Activation("relu"),
            layers.Dense(classes),
            layers.Activation("softmax"),
        ]
    )


def quickstart() -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((100,)),
            layers.Dense(64, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )


def ten_small() -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((100,)),
            layers.Dense(32, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )


def binary_small() -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((100,)),
            layers.Dense(32, activation="relu"),
            layers.Dense(1, activation="sigmoid"),
        ]
    )


def mlp_softmax() -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((20,)),
            layers.Dense(64, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(64, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ]
    )


def mlp_binary() -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((20,)),
            layers.Dense(64, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(64, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(1, activation="sigmoid"),
        ]
    )


def two_dense() -> keras.Model:
    return keras.Sequential([keras.Input((16,)), layers.Dense(32), layers.Dense(32)])
