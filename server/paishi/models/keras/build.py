"""Builds and traces the served form of a Keras model: uint8 RGB in, softmax out, preprocessing inside."""

from math import sqrt
from pathlib import Path

from paishi.models.backbone import PackagedWeights
from paishi.models.catalogue import Backbone
from paishi.models.keras.efficientnet_lite import build_efficientnet_lite
from paishi.models.keras.imports import keras, tf
from paishi.models.keras.preprocessing import preprocess
from paishi.models.keras.stored_weights import load_weights


def build_served(backbone: Backbone, weights: Path | None) -> keras.Model:
    """Builds `backbone` with its 1000-class head and loads `weights`; None leaves them random.

    The model takes (n, input_size, input_size, 3) uint8 RGB of 0..255 and returns (n, 1000) float32, each row
    a softmax. `weights` is a file as it is published (.h5, for EfficientNet-Lite .pth) or as `save_weights`
    of the same Keras model writes it (.weights.h5).

    Raises WeightsMismatch if the weights belong to another model, WeightsCorrupt if the file holds none.
    """
    model = build_published(backbone)
    if weights is not None:
        load_weights(model, weights)
    pixels = keras.Input((backbone.input_size, backbone.input_size, 3), dtype="uint8", name="rgb")
    softmax = model(preprocess(pixels, backbone.preprocessing))
    return keras.Model(pixels, softmax, name=backbone.name)


def build_published(backbone: Backbone) -> keras.Model:
    """Builds EfficientNet-Lite, or the architecture that Keras builds for `weights="imagenet"`, without a
    download.

    It takes float32 after `backbone.preprocessing`. Effects of the argument `weights` in Keras 3.15, apart
    from checks and the file to load:

    - EfficientNetB0..B7: one more Rescaling, see `rescale_after_normalization`.
    - every other family: nothing.

    The input shape is every family's default except for MobileNetV3, which by default leaves it open and pads
    as for even sizes. From 224 downwards all of its sizes are even, so the fixed shape gives the same model.
    """
    if isinstance(backbone.weights, PackagedWeights):
        return build_efficientnet_lite(backbone.name, backbone.input_size)
    shape = (backbone.input_size, backbone.input_size, 3)
    model = getattr(keras.applications, backbone.name)(weights=None, input_shape=shape)
    return rescale_after_normalization(model) if backbone.module == "efficientnet" else model


def rescale_after_normalization(model: keras.Model) -> keras.Model:
    """Adds the layer with which EfficientNet's weights were trained.

    The published files hold the standard deviation where Normalization expects the variance, so that it
    divides by its root only. Keras makes up for it with a layer that divides by the root again, but adds that
    layer for `weights="imagenet"` only: the same file loads into a model built with `weights=None`, which
    then predicts wrongly. The layer has no weights, so every file still fits.
    """
    deviation = (0.229, 0.224, 0.225)
    rescaling = keras.layers.Rescaling([1.0 / sqrt(channel) for channel in deviation], name="published_scale")

    def call(layer: keras.layers.Layer, *args: object, **kwargs: object) -> keras.KerasTensor:
        output = layer(*args, **kwargs)
        return rescaling(output) if isinstance(layer, keras.layers.Normalization) else output

    return keras.models.clone_model(model, clone_function=lambda layer: layer, call_function=call)


def traced(model: keras.Model) -> tf.types.experimental.ConcreteFunction:
    """Traces `model` into one graph for any batch size, ahead of the first request.

    On four cores, milliseconds for one picture and pictures/s in batches of eight:

                          ResNet50       MobileNetV2
    model.predict         179 / 19       131 / 44      starts a data pipeline for every call
    eager                 365 / -        -             every layer comes back to Python, memory grows
    this                  63 / 30        19 / 117
    jit_compile=True      55 / 40        92 / 13       compiles for seconds at every new batch size
    variables frozen      52 / 32        15 / 166      takes another ten seconds and twice the memory
    """
    signature = tf.TensorSpec((None, *model.input_shape[1:]), tf.uint8, name="rgb")

    def infer(rgb: tf.Tensor) -> tf.Tensor:
        return model(rgb, training=False)

    return tf.function(infer, input_signature=[signature], autograph=False).get_concrete_function()
