"""What speaks for a class in any network, by gradients, and what any of its layers says. Imports Keras."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from paishi.models.catalogue import Backbone
from paishi.models.errors import UnknownLayer
from paishi.models.keras.build import build_published
from paishi.models.keras.imports import keras, tf
from paishi.models.keras.preprocessing import preprocess
from paishi.models.keras.stored_weights import load_weights

_POOLINGS = (keras.layers.MaxPooling2D, keras.layers.AveragePooling2D)
_NEAREST = 3
_GRAPHS = 4  # kept: a graph takes a second to make and tens of megabytes
_Graph = Callable[[tf.Tensor], tf.Tensor]


class Gradients:
    """`backbone` with `weights`, for looking inside. Raises what `load_weights` raises.

    Layers are called as in Keras's documentation if no other network was built on the thread before.
    """

    def __init__(self, backbone: Backbone, weights: Path) -> None:
        self._preprocessing = backbone.preprocessing
        self._network = _network(backbone)
        load_weights(self._network, weights)
        layers = self._network.layers
        last = max(index for index, layer in enumerate(layers) if _has_positions(layer.output))
        matrices = [layer for layer in layers[last + 1 :] if hasattr(layer, "kernel")]
        self._vector = matrices[0].input if len(matrices) == 1 else None
        self._last_map = layers[last + 1].input  # which may be a sum, and so no layer's output
        # What was pooled only to be smaller is finer before.
        self._explained = layers[last].input if isinstance(layers[last], _POOLINGS) else self._last_map
        self._upper = keras.Model(self._explained, self._network.outputs)
        self._layer = lru_cache(_GRAPHS)(self._layer_graph)

    def class_activation(self, views: NDArray[np.uint8], index: int) -> NDArray[np.float32]:
        """How much each position of the last map speaks for class `index`, float32 (n, rows, columns).

        Channels are weighted with the mean gradient of the class's logit. Before pooling and one matrix that
        is the exact activation over the number of positions. The rectifier of Selvaraju et al., Grad-CAM,
        ICCV 2017, section 3, is left to the caller.
        """
        maps = self._lower(tf.constant(views))
        with _logits(self._network), tf.GradientTape() as tape:
            tape.watch(maps)
            logit = self._upper(maps, training=False)[:, index]
        weights = tf.reduce_mean(tape.gradient(logit, maps), axis=(1, 2), keepdims=True)
        activation: NDArray[np.float32] = tf.reduce_sum(weights * maps, axis=-1).numpy()
        return activation

    def features(self, views: NDArray[np.uint8], layer: str | None) -> NDArray[np.float32]:
        """What `layer` makes of `views`, float32 (n, ...).

        None is what the classifier reads, or the mean of the last map where the head has several layers.
        Raises UnknownLayer.
        """
        values: NDArray[np.float32] = self._layer(layer)(tf.constant(views)).numpy()
        if layer is None and self._vector is None:
            values = values.mean(axis=(1, 2))
        return values.reshape(len(values), -1) if layer is None else values

    @cached_property
    def _lower(self) -> _Graph:
        return self._graph(self._explained)

    def _layer_graph(self, name: str | None) -> _Graph:
        if name is not None:
            return self._graph(self._named(name).output)
        return self._graph(self._last_map if self._vector is None else self._vector)

    def _graph(self, output: keras.KerasTensor) -> _Graph:
        """From views to `output`. Called layer by layer instead, some networks compile at every call."""
        network = keras.Model(self._network.inputs, output)
        signature = tf.TensorSpec((None, *network.input_shape[1:]), tf.uint8)

        def infer(pixels: tf.Tensor) -> tf.Tensor:
            return network(preprocess(pixels, self._preprocessing), training=False)

        traced = tf.function(infer, input_signature=[signature], autograph=False)
        graph: _Graph = traced.get_concrete_function()
        return graph

    def _named(self, name: str) -> keras.layers.Layer:
        layers = {layer.name: layer for layer in self._network.layers}
        if name in layers:
            return layers[name]
        near = get_close_matches(name, layers, n=_NEAREST)
        last = ", ".join([*layers][-_NEAREST:])
        suggestion = f"Did you mean {' or '.join(near)}?" if near else f"The last ones are {last}."
        raise UnknownLayer(f"{self._network.name} has no layer called {name!r}. {suggestion}")


def _network(backbone: Backbone) -> keras.Model:
    network = build_published(backbone)
    # EfficientNet's layers were called twice there, and would first of all tell of the network left behind.
    return keras.models.clone_model(network) if backbone.module == "efficientnet" else network


def _has_positions(output: keras.KerasTensor) -> bool:
    return len(output.shape) == 4 and output.shape[1] * output.shape[2] > 1


@contextmanager
def _logits(network: keras.Model) -> Iterator[None]:
    """Leaves the softmax out: where the network is sure, its gradients are flat."""
    last = network.layers[-1]
    softmax, last.activation = last.activation, keras.activations.linear
    try:
        yield
    finally:
        last.activation = softmax
