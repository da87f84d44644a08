"""U-Net (Ronneberger et al., 2015, arXiv:1505.04597) with "same" padding."""

from paishi.models.keras.imports import keras

layers = keras.layers


def unet(side: int = 576, filters: int = 64) -> keras.Model:
    """`side` is a multiple of 16: it is halved four times, and the halves are joined again."""

    def conv(x: keras.KerasTensor, width: int, size: int = 3) -> keras.KerasTensor:
        return layers.Conv2D(width, size, padding="same", activation="relu", kernel_initializer="he_normal")(
            x
        )

    inputs = x = keras.Input((side, side, 1))
    skips = []
    for depth in range(4):
        x = conv(conv(x, filters << depth), filters << depth)
        x = layers.Dropout(0.5)(x) if depth == 3 else x
        skips.append(x)
        x = layers.MaxPooling2D(2)(x)
    x = conv(conv(x, filters << 4), filters << 4)
    x = layers.Dropout(0.5)(x)
    for depth in reversed(range(4)):
        x = conv(layers.UpSampling2D(2)(x), filters << depth, size=2)
        x = layers.Concatenate()([skips[depth], x])
        x = conv(conv(x, filters << depth), filters << depth)
    x = conv(x, 2)
    outputs = layers.Conv2D(1, 1, activation="sigmoid")(x)
    return keras.Model(inputs, outputs)
