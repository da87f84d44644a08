"""LSTM and its relatives: one state carried along a sequence."""

from paishi.models.keras.imports import keras

layers = keras.layers


def rnn(steps: int = 784, classes: int = 10) -> keras.Model:
    inputs = keras.Input((steps, 1), name="input")
    x = layers.LSTM(128, name="lstm")(inputs)
    x = layers.Dense(128, activation="relu", name="hidden1")(x)
    outputs = layers.Dense(classes, activation="softmax", name="output")(x)
    return keras.Model(inputs, outputs)


def shared_extractor(steps: int = 784, classes: int = 10) -> keras.Model:
    inputs = keras.Input((steps, 1), name="input")
    features = layers.LSTM(128, name="lstm1")(inputs)
    shallow = layers.Dense(10, activation="relu", name="interp1")(features)
    deep = layers.Dense(64, activation="relu", name="interp21")(features)
    deep = layers.Dense(32, activation="relu", name="interp22")(deep)
    deep = layers.Dense(10, activation="relu", name="interp23")(deep)
    merged = layers.Concatenate(name="merge")([shallow, deep])
    outputs = layers.Dense(classes, activation="softmax", name="output")(merged)
    return keras.Model(inputs, outputs)


def multiple_outputs(steps: int = 784) -> keras.Model:
    inputs = keras.Input((steps, 1), name="input")
    states = layers.LSTM(64, return_sequences=True, name="extract")(inputs)
    x = layers.LSTM(32, name="class11")(states)
    x = layers.Dense(32, activation="relu", name="class12")(x)
    of_sequence = layers.Dense(10, activation="softmax", name="output1")(x)
    of_each_step = layers.TimeDistributed(layers.Dense(10, activation="softmax"), name="output2")(states)
    return keras.Model(inputs, [of_sequence, of_each_step])


def lstm_text() -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((None,), dtype="int32"),
            layers.Embedding(1024, 256),
            layers.LSTM(128),
            layers.Dropout(0.5),
            layers.Dense(1, activation="sigmoid"),
        ]
    )


def recurrent_stack(reset_after: bool = False) -> keras.Model:
    return keras.Sequential(
        [
            keras.Input(batch_shape=(100, 20, 64)),
            layers.LSTM(64, stateful=True, return_sequences=True),
            layers.LSTM(64, return_sequences=True),
            layers.LSTM(32, return_sequences=True),
            layers.SimpleRNN(32, return_sequences=True),
            layers.GRU(32, reset_after=reset_after),
        ]
    )


def recurrent_stack_keras3() -> keras.Model:
    return recurrent_stack(reset_after=True)
