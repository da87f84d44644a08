"""One layer or two, to see what they do to a shape and how many parameters they have."""

from paishi.models.keras.imports import keras

layers = keras.layers


def conv2d() -> keras.Model:
    return keras.Sequential([keras.Input((6, 6, 3)), layers.Conv2D(16, (3, 2), padding="same")])


def depthwise_conv2d() -> keras.Model:
    return keras.Sequential(
        [keras.Input((6, 6, 4)), layers.DepthwiseConv2D((3, 4), depth_multiplier=3, padding="same")]
    )


def separable_conv2d() -> keras.Model:
    return keras.Sequential(
        [keras.Input((6, 6, 3)), layers.SeparableConv2D(16, (3, 4), depth_multiplier=2, padding="same")]
    )


def conv2d_transpose() -> keras.Model:
    return keras.Sequential([keras.Input((6, 6, 3)), layers.Conv2DTranspose(16, 3, strides=2)])


def conv_any_size() -> keras.Model:
    inputs = keras.Input((None, None, 3))
    return keras.Model(inputs, layers.Conv2D(16, 3)(inputs))


def up_sampling2d() -> keras.Model:
    return keras.Sequential([keras.Input((6, 6, 3)), layers.UpSampling2D((3, 4))])


def zero_padding2d() -> keras.Model:
    return keras.Sequential([keras.Input((6, 6, 3)), layers.ZeroPadding2D((2, 3))])


def cropping2d() -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((28, 28, 3)),
            layers.Cropping2D(1),
            layers.Cropping2D((1, 2)),
            layers.Cropping2D(((2, 3), (1, 1))),
        ]
    )


def max_pool2d() -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((7, 7, 3)),
            layers.Conv2D(32, 3, padding="same"),
            layers.MaxPooling2D(2, padding="same"),
        ]
    )


def global_max_pool2d() -> keras.Model:
    return keras.Sequential(
        [keras.Input((7, 7, 3)), layers.Conv2D(32, 3, padding="same"), layers.GlobalMaxPooling2D()]
    )


def batch_normalization() -> keras.Model:
    return keras.Sequential([keras.Input((11, 11, 3)), layers.Conv2D(32, 3), layers.BatchNormalization()])


def embedding() -> keras.Model:
    return keras.Sequential([keras.Input((20,), dtype="int32"), layers.Embedding(1000, 100)])


def permute() -> keras.Model:
    return keras.Sequential([keras.Input((10, 64)), layers.Permute((2, 1))])


def reshape() -> keras.Model:
    return keras.Sequential([keras.Input((12,)), layers.Reshape((3, 4))])


def repeat_vector() -> keras.Model:
    return keras.Sequential([keras.Input((32,)), layers.RepeatVector(3)])
