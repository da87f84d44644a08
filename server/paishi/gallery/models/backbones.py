"""Models of Keras Applications without their head, and with a new one behind.

`weights="imagenet"` downloads the published weights; None leaves them random.
"""

from paishi.models.keras.imports import keras

layers = keras.layers


def vgg16_base(weights: str | None = None, side: int = 300) -> keras.Model:
    return keras.applications.VGG16(include_top=False, weights=weights, input_shape=(side, side, 3))


def densenet169_base(weights: str | None = None, side: int = 300) -> keras.Model:
    return keras.applications.DenseNet169(include_top=False, weights=weights, input_shape=(side, side, 3))


def xception_base(weights: str | None = None, side: int = 300) -> keras.Model:
    return keras.applications.Xception(include_top=False, weights=weights, input_shape=(side, side, 3))


def vgg16_head_1(weights: str | None = None, side: int = 300, classes: int = 2) -> keras.Model:
    base = vgg16_base(weights, side)
    base.trainable = False
    x = layers.Flatten()(base.output)
    x = layers.Dense(512, activation="relu")(x)
    x = layers.Dropout(0.05)(x)
    outputs = layers.Dense(classes, activation="softmax")(x)
    return keras.Model(base.input, outputs)


def two_layer_head(base: keras.Model, classes: int) -> keras.Model:
    """Dropout after each hidden layer: the flattened map is wide, and fits any training set by heart."""
    base.trainable = False
    x = layers.Flatten()(base.output)
    x = layers.Dense(1024, activation="relu")(x)
    x = layers.Dropout(0.5)(x)
    x = layers.Dense(512, activation="relu")(x)
    x = layers.Dropout(0.3)(x)
    outputs = layers.Dense(classes, activation="sigmoid")(x)
    return keras.Model(base.input, outputs)


def vgg16_head_2(weights: str | None = None, side: int = 300, classes: int = 2) -> keras.Model:
    return two_layer_head(vgg16_base(weights, side), classes)


def densenet169_head(weights: str | None = None, side: int = 300, classes: int = 2) -> keras.Model:
    return two_layer_head(densenet169_base(weights, side), classes)


def xception_head(weights: str | None = None, side: int = 300, classes: int = 2) -> keras.Model:
    return two_layer_head(xception_base(weights, side), classes)


def inception_v3_200(weights: str | None = None, side: int | None = None, classes: int = 200) -> keras.Model:
    """First phase: only the new layers are trained. Without a `side` it takes pictures of any size."""
    base = keras.applications.InceptionV3(include_top=False, weights=weights, input_shape=(side, side, 3))
    base.trainable = False
    x = layers.GlobalAveragePooling2D()(base.output)
    x = layers.Dense(1024, activation="relu")(x)
    outputs = layers.Dense(classes, activation="softmax")(x)
    return keras.Model(base.input, outputs)


def inception_v3_200_phase2(
    weights: str | None = None, side: int | None = None, classes: int = 200
) -> keras.Model:
    """Second phase: the last two Inception blocks as well, with a small learning rate."""
    model = inception_v3_200(weights, side, classes)
    for layer in model.layers[249:]:
        layer.trainable = True
    model.compile(
        optimizer=keras.optimizers.SGD(learning_rate=0.0001, momentum=0.9),
        loss="categorical_crossentropy",
    )
    return model


def inception_v3_224(weights: str | None = None, side: int = 224, classes: int = 1000) -> keras.Model:
    inputs = keras.Input((side, side, 3))
    return keras.applications.InceptionV3(input_tensor=inputs, weights=weights, classes=classes)
