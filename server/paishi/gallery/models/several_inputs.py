"""Functional models: several inputs, several outputs, layers that are called more than once."""

from paishi.models.keras.imports import keras

layers = keras.layers


def two_inputs_78_1() -> keras.Model:
    many = keras.Input((78,), name="input1")
    one = keras.Input((1,), name="input2")
    x = layers.Dense(15, activation="relu")(many)
    x = layers.Concatenate()([x, one])
    x = layers.Dense(16, activation="relu")(x)
    outputs = layers.Dense(1, activation="sigmoid", name="output")(x)
    return keras.Model([many, one], outputs)


def shared_input(side: int = 28, classes: int = 10) -> keras.Model:
    """Two kernel sizes look at the same picture."""
    inputs = keras.Input((side, side, 1), name="input")
    fine = layers.Conv2D(32, 4, activation="relu", name="conv1")(inputs)
    fine = layers.Flatten()(layers.MaxPooling2D(2, name="pool1")(fine))
    coarse = layers.Conv2D(16, 8, activation="relu", name="conv2")(inputs)
    coarse = layers.Flatten()(layers.MaxPooling2D(2, name="pool2")(coarse))
    x = layers.Concatenate()([fine, coarse])
    x = layers.Dense(64, activation="relu", name="hidden1")(x)
    outputs = layers.Dense(classes, activation="softmax", name="output")(x)
    return keras.Model(inputs, outputs)


def multiple_inputs(side: int = 64, classes: int = 10) -> keras.Model:
    """The same picture twice: in grey, and in colour with half the side."""

    def tower(x: keras.KerasTensor, number: int) -> keras.KerasTensor:
        for depth, filters in enumerate([32, 16], start=1):
            x = layers.Conv2D(filters, 4, activation="relu", name=f"conv{number}{depth}")(x)
            x = layers.MaxPooling2D(2, name=f"pool{number}{depth}")(x)
        return layers.Flatten()(x)

    grey = keras.Input((side, side, 1), name="grey")
    colour = keras.Input((side // 2, side // 2, 3), name="colour")
    x = layers.Concatenate()([tower(grey, 1), tower(colour, 2)])
    x = layers.Dense(128, activation="relu", name="hidden1")(x)
    x = layers.Dense(64, activation="relu", name="hidden2")(x)
    outputs = layers.Dense(classes, activation="softmax", name="output")(x)
    return keras.Model([grey, colour], outputs)


def headline() -> keras.Model:
    words = keras.Input((100,), dtype="int32", name="main_input")
    x = layers.Embedding(10_000, 512)(words)
    text = layers.LSTM(32)(x)
    auxiliary = layers.Dense(1, activation="sigmoid", name="aux_output")(text)
    other = keras.Input((5,), name="aux_input")
    x = layers.Concatenate()([text, other])
    for _ in range(3):
        x = layers.Dense(64, activation="relu")(x)
    main = layers.Dense(1, activation="sigmoid", name="main_output")(x)
    model = keras.Model([words, other], [main, auxiliary])
    # The auxiliary loss reaches the LSTM directly, so that it learns before the layers above it do.
    model.compile(
        optimizer="rmsprop",
        loss={"main_output": "binary_crossentropy", "aux_output": "binary_crossentropy"},
        loss_weights={"main_output": 1.0, "aux_output": 0.2},
    )
    return model


def tweets(length: int = 280, characters: int = 256) -> keras.Model:
    first = keras.Input((length, characters))
    second = keras.Input((length, characters))
    # One layer with one set of weights, called twice.
    encode = layers.LSTM(64)
    merged = layers.Concatenate()([encode(first), encode(second)])
    outputs = layers.Dense(1, activation="sigmoid")(merged)
    return keras.Model([first, second], outputs)


def tweets_compared(length: int = 280, characters: int = 256) -> keras.Model:
    first = keras.Input((length, characters))
    second = keras.Input((length, characters))
    encode = layers.LSTM(64)
    difference = layers.Subtract()([encode(first), encode(second)])
    distance = layers.Multiply()([difference, difference])
    outputs = layers.Dense(1, activation="sigmoid")(distance)
    return keras.Model([first, second], outputs)
