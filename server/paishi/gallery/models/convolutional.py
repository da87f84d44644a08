"""Convolutions over pictures, sequences and volumes, one layer after the other."""

from paishi.models.keras.imports import keras

layers = keras.layers


def alexnet(side: int = 28, classes: int = 10, part: int = 1) -> keras.Model:
    """Each layer but the last can have one `part`-th of the printed width, as for a lesson of seconds."""

    def conv(filters: int, size: int) -> keras.Layer:
        return layers.Conv2D(
            filters // part, size, padding="same", activation="relu", kernel_initializer="random_uniform"
        )

    return keras.Sequential(
        [
            keras.Input((side, side, 1)),
            conv(96, 11),
            layers.MaxPooling2D(3, strides=2),
            conv(256, 5),
            layers.MaxPooling2D(3, strides=2),
            conv(384, 3),
            conv(384, 3),
            conv(256, 3),
            layers.MaxPooling2D(3, strides=2),
            layers.Flatten(),
            layers.Dense(4096 // part, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(4096 // part, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(classes, activation="softmax"),
        ]
    )


def cnn(side: int = 28, classes: int = 10) -> keras.Model:
    inputs = keras.Input((side, side, 1), name="input")
    x = layers.Conv2D(128, 4, activation="relu", name="conv1")(inputs)
    x = layers.MaxPooling2D(2, name="pool1")(x)
    x = layers.Conv2D(64, 4, activation="relu", name="conv2")(x)
    x = layers.MaxPooling2D(2, name="pool2")(x)
    x = layers.Dense(64, activation="relu", name="hidden1")(x)
    outputs = layers.Dense(classes, activation="softmax", name="output")(x)
    return keras.Model(inputs, outputs)


def vgg_like(side: int = 100, classes: int = 10) -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((side, side, 3)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Dropout(0.25),
            layers.Conv2D(64, 3, activation="relu"),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Dropout(0.25),
            layers.Flatten(),
            layers.Dense(256, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(classes, activation="softmax"),
        ]
    )


def conv1d() -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((64, 100)),
            layers.Conv1D(64, 3, activation="relu"),
            layers.Conv1D(64, 3, activation="relu"),
            layers.MaxPooling1D(3),
            layers.Conv1D(128, 3, activation="relu"),
            layers.Conv1D(128, 3, activation="relu"),
            layers.GlobalAveragePooling1D(),
            layers.Dropout(0.5),
            layers.Dense(1, activation="sigmoid"),
        ]
    )


def vgg3d(side: int = 255, part: int = 1) -> keras.Model:
    """VGG16 with a third dimension: height, width, frames, and four channels. `part` as in `alexnet`."""
    model = keras.Sequential([keras.Input((side, side, 3, 4))])
    for block, (depth, filters) in enumerate([(2, 64), (2, 128), (3, 256), (3, 512), (3, 512)], start=1):
        for conv in range(1, depth + 1):
            name = f"block{block}_conv{conv}"
            model.add(layers.Conv3D(filters // part, 3, padding="same", activation="relu", name=name))
        model.add(layers.MaxPooling3D(2, padding="same", name=f"block{block}_pool"))
    model.add(layers.Flatten(name="flatten"))
    model.add(layers.Dense(4096 // part, activation="relu", name="fc1"))
    model.add(layers.Dense(4096 // part, activation="relu", name="fc2"))
    model.add(layers.Dense(2, activation="sigmoid", name="predictions"))
    return model
