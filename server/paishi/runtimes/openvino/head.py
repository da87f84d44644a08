"""Finds the last feature map and the classifier in a converted model."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

_SHAPE_ONLY = {"Reshape", "Squeeze", "Unsqueeze", "Transpose"}
_WEIGHTED = {"MatMul", "Convolution"}


class Head(NamedTuple):
    """Outputs of an `openvino.Model` for one picture, and its last weight matrix.

    `feature_map` is the last tensor with positions, (1, channels, height, width) if `channels_first`,
    otherwise with channels last. `vector` is the input of the classifier, or None if the head has several
    layers. `classifier`, float32 (features, classes), is None unless `vector` is the mean of the map over all
    positions: then the logit of a class is the mean of `feature_map @ classifier` plus a bias.
    """

    feature_map: Any
    channels_first: bool
    vector: Any
    classifier: NDArray[np.float32] | None


class NoHead(Exception):
    """The model does not end like an image classifier."""


def find_head(model: Any) -> Head:
    """Walks back from the softmax of `model`, an `openvino.Model`. Raises NoHead."""
    classifier = _classifier(model.output(0).get_node().input_value(0).get_node())
    vector = classifier.input_value(0)
    feature_map, channels_first = _feature_map(classifier)
    if _is_mean(vector, feature_map):
        return Head(feature_map, channels_first, vector, _matrix(classifier))
    if not _is_weighted_between(vector, feature_map):
        return Head(feature_map, channels_first, vector, None)
    # Several layers follow the map. Keras then calls the map's mean the features.
    return Head(feature_map, channels_first, None, None)


def _classifier(softmax: Any) -> Any:
    node = softmax
    while node.get_type_name() not in _WEIGHTED:
        values = _values(node)
        is_known = node.get_type_name() in {"Softmax", "Add", *_SHAPE_ONLY}
        if not is_known or len(values) != 1:
            raise NoHead(f"No classifier found: {node.get_type_name()} comes before the softmax.")
        node = values[0].get_node()
    if len(_values(node)) != 1:
        raise NoHead("The classifier has no weights of its own.")
    return node


def _values(node: Any) -> list[Any]:
    """Inputs of `node` that depend on the picture."""
    inputs = (node.input_value(index) for index in range(node.get_input_size()))
    return [value for value in inputs if _constant(value.get_node()) is None]


def _constant(node: Any) -> Any | None:
    while node.get_type_name() == "Convert":
        node = node.input_value(0).get_node()
    return node if node.get_type_name() == "Constant" else None


def _feature_map(classifier: Any) -> tuple[Any, bool]:
    found = {}
    for node, value in _behind(classifier):
        if _has_positions(value):
            found[(value.get_node().get_friendly_name(), value.get_index())] = node, value
    if len(found) != 1:
        raise NoHead(f"The classifier reads {len(found)} feature maps.")
    [(reader, value)] = found.values()
    if reader.get_type_name() == "ReduceMean":
        axes = {int(axis) % 4 for axis in np.ravel(_numbers(reader.input_value(1)))}
        if axes not in ({1, 2}, {2, 3}):
            raise NoHead("The last mean is not over all positions.")
        return value, axes == {2, 3}
    node = value.get_node()
    if node.get_type_name() == "Transpose":
        return node.input_value(0), list(np.ravel(_numbers(node.input_value(1)))) == [0, 2, 3, 1]
    return value, True  # the layout of OpenVINO's convolutions and poolings


def _behind(start: Any) -> Iterator[tuple[Any, Any]]:
    """Yields every node before `start` with each of its inputs, back to the first with positions."""
    waiting, met = [start], set()
    while waiting:
        node = waiting.pop()
        for value in _values(node):
            yield node, value
            behind = value.get_node()
            if not _has_positions(value) and behind.get_friendly_name() not in met:
                met.add(behind.get_friendly_name())
                waiting.append(behind)


def _has_positions(value: Any) -> bool:
    if value.partial_shape.is_dynamic:
        raise NoHead("The model has tensors without a fixed size.")
    shape = list(value.shape)
    return len(shape) == 4 and sum(size > 1 for size in shape) > 1


def _is_mean(vector: Any, feature_map: Any) -> bool:
    node = vector.get_node()
    while node.get_type_name() in _SHAPE_ONLY:
        node = node.input_value(0).get_node()
    return node.get_type_name() == "ReduceMean" and bool(node.input_value(0) == feature_map)


def _is_weighted_between(vector: Any, feature_map: Any) -> bool:
    if vector.get_node().get_type_name() in _WEIGHTED:
        return True
    return any(
        value.get_node().get_type_name() in _WEIGHTED
        for _, value in _behind(vector.get_node())
        if not _has_positions(value)
    )


def _matrix(classifier: Any) -> NDArray[np.float32]:
    """Weights (features, classes) of a matrix product or a 1x1 convolution."""
    weights: NDArray[np.float32] = _numbers(classifier.input_value(1)).astype(np.float32)
    if classifier.get_type_name() == "Convolution":
        return weights.reshape(weights.shape[0], -1).T.copy()
    return weights.T.copy() if classifier.get_attributes()["transpose_b"] else weights


def _numbers(value: Any) -> NDArray[Any]:
    constant = _constant(value.get_node())
    if constant is None:
        raise NoHead("An expected constant depends on the picture.")
    return np.asarray(constant.data)
