"""The network that is served: uint8 RGB in, softmax out, preprocessing inside."""

from math import sqrt
from pathlib import Path

from paishi.models.catalogue import Backbone
from paishi.models.keras.imports import keras
from paishi.models.keras.preprocessing import preprocess
from paishi.models.keras.stored_weights import load_weights


def build_served(backbone: Backbone, weights: Path | None) -> keras.Model:
    """Builds `backbone` with its 1000-class head and gives it `weights`; None leaves it random.

    The network takes (n, input_size, input_size, 3) uint8 RGB of 0..255 and answers (n, 1000) float32,
    each row a softmax. `weights` is a file as Keras publishes it (.h5) or as `save_weights` of the
    same Keras network writes it (.weights.h5).

    Raises WeightsMismatch for the weights of another network, WeightsCorrupt for a file that holds none.
    """
    network = build_published(backbone)
    if weights is not None:
        load_weights(network, weights)
    pixels = keras.Input((backbone.input_size, backbone.input_size, 3), dtype="uint8", name="rgb")
    softmax = network(preprocess(pixels, backbone.preprocessing))
    return keras.Model(pixels, softmax, name=backbone.name)


def build_published(backbone: Backbone) -> keras.Model:
    """The architecture that Keras builds for `weights="imagenet"`, without fetching anything.

    Takes float32 as `backbone.preprocessing` leaves it. What the argument `weights` changes in Keras 3.15,
    apart from checks and from which file is loaded:

    - EfficientNetB0..B7: one more Rescaling, see `_rescale_after_normalization`.
    - every other family: nothing.

    The shape is the default of every family but MobileNetV3, which would leave it open and then pads as for
    even sizes; from 224 on down all of its sizes are even, so that is the same network.
    """
    shape = (backbone.input_size, backbone.input_size, 3)
    network = getattr(keras.applications, backbone.name)(weights=None, input_shape=shape)
    return _rescale_after_normalization(network) if backbone.module == "efficientnet" else network


def _rescale_after_normalization(network: keras.Model) -> keras.Model:
    """EfficientNet as its weights were trained.

    The published files hold the standard deviation where Normalization expects the variance, so that it
    divides by its root only. Keras makes up for it with a layer that divides by the root again, but adds
    that layer for `weights="imagenet"` alone: the same file loaded into a network that was built with
    `weights=None` fits, and answers wrongly. The layer has no weights, so every file still fits.
    """
    deviation = (0.229, 0.224, 0.225)
    rescaling = keras.layers.Rescaling([1.0 / sqrt(channel) for channel in deviation], name="published_scale")

    def call(layer: keras.layers.Layer, *args: object, **kwargs: object) -> keras.KerasTensor:
        output = layer(*args, **kwargs)
        return rescaling(output) if isinstance(layer, keras.layers.Normalization) else output

    return keras.models.clone_model(network, clone_function=lambda layer: layer, call_function=call)
