"""Grad-CAM and layer outputs of any Keras model. Importing this loads Keras."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from paishi.models.catalogue import Backbone
from paishi.models.keras.build import build_published
from paishi.models.keras.imports import keras, tf
from paishi.models.keras.preprocessing import preprocess
from paishi.models.keras.stored_weights import load_weights
from paishi.models.layers import need_layer

_POOLINGS = (keras.layers.MaxPooling2D, keras.layers.AveragePooling2D)
_GRAPHS = 4  # kept: each takes a second to trace and tens of megabytes
_Graph = Callable[[tf.Tensor], tf.Tensor]


class Gradients:
    """Gradients and layer outputs of `backbone` with `weights`. Raises the errors of `load_weights`.

    Layers are named as in Keras's documentation if the thread has built no other model before.
    """

    def __init__(self, backbone: Backbone, weights: Path) -> None:
        self._name, self._preprocessing = backbone.name, backbone.preprocessing
        self._model = _build(backbone)
        load_weights(self._model, weights)
        layers = self._model.layers
        last = max(index for index, layer in enumerate(layers) if _has_positions(layer.output))
        matrices = [layer for layer in layers[last + 1 :] if hasattr(layer, "kernel")]
        self._vector = matrices[0].input if len(matrices) == 1 else None
        self._last_map = layers[last + 1].input  # it may be a sum rather than a layer's output
        # The input of a last pooling has a finer grid.
        self._explained = layers[last].input if isinstance(layers[last], _POOLINGS) else self._last_map
        self._upper = keras.Model(self._explained, self._model.outputs)
        self._layer = lru_cache(_GRAPHS)(self._layer_graph)

    def class_activation(self, views: NDArray[np.uint8], index: int) -> NDArray[np.float32]:
        """Grad-CAM of class `index` before its rectifier, float32 (n, rows, columns).

        Channels of the last map are weighted with the mean gradient of the class's logit (Selvaraju et al.,
        Grad-CAM, ICCV 2017, section 3). If only pooling and one matrix follow, that is the exact class
        activation divided by the number of positions.
        """
        maps = self._lower(tf.constant(views))
        with _logits(self._model), tf.GradientTape() as tape:
            tape.watch(maps)
            logit = self._upper(maps, training=False)[:, index]
        weights = tf.reduce_mean(tape.gradient(logit, maps), axis=(1, 2), keepdims=True)
        activation: NDArray[np.float32] = tf.reduce_sum(weights * maps, axis=-1).numpy()
        return activation

    def features(self, views: NDArray[np.uint8], layer: str | None) -> NDArray[np.float32]:
        """Output of `layer` for `views` (n, size, size, 3) uint8 RGB, float32 (n, ...).

        None is the classifier's input, or the mean of the last map if the head has several layers. Raises
        UnknownLayer.
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
        """Traces the model from uint8 views to `output`: eagerly, some models compile at every call."""
        model = keras.Model(self._model.inputs, output)
        signature = tf.TensorSpec((None, *model.input_shape[1:]), tf.uint8)

        def infer(pixels: tf.Tensor) -> tf.Tensor:
            return model(preprocess(pixels, self._preprocessing), training=False)

        traced = tf.function(infer, input_signature=[signature], autograph=False)
        graph: _Graph = traced.get_concrete_function()
        return graph

    def _named(self, name: str) -> keras.layers.Layer:
        layers = {layer.name: layer for layer in self._model.layers}
        need_layer(self._name, name, [*layers])
        return layers[name]


def _build(backbone: Backbone) -> keras.Model:
    model = build_published(backbone)
    # EfficientNet's layers were called twice there; `layer.output` would belong to the discarded model.
    return keras.models.clone_model(model) if backbone.module == "efficientnet" else model


def _has_positions(output: keras.KerasTensor) -> bool:
    return len(output.shape) == 4 and output.shape[1] * output.shape[2] > 1


@contextmanager
def _logits(model: keras.Model) -> Iterator[None]:
    """Removes the softmax within the block: its gradients vanish if the model is certain."""
    last = model.layers[-1]
    softmax, last.activation = last.activation, keras.activations.linear
    try:
        yield
    finally:
        last.activation = softmax
