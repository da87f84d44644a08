"""Finds the last feature map and the classifier in a converted model."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from paishi.runtimes.openvino.imports import ov

_SHAPE_ONLY = {"Reshape", "Squeeze", "Unsqueeze", "Transpose"}
_WEIGHTED = {"MatMul", "Convolution"}
_OF_WEIGHTS = {"Convert", "Multiply", "Subtract", "Reshape"}
"""How an int8 model gets its weights from stored numbers."""


class ReluLayer(NamedTuple):
    """A layer between the mean of the map and the classifier.

    `before` is the input of its ReLU, `into` its matrix, float32 (features, units), and `out` that of the
    classifier, float32 (units, classes). Where the ReLU lets a unit through, both are one matrix.
    """

    before: Any
    into: NDArray[np.float32]
    out: NDArray[np.float32]


class Head(NamedTuple):
    """Outputs of an `openvino.Model` for one picture, and its last weight matrix.

    `feature_map` is the last tensor with positions, (1, channels, height, width) if `channels_first`,
    otherwise with channels last. `vector` is the input of the classifier, or None if the head has several
    layers. `classifier`, float32 (features, classes), is None unless `vector` is the mean of the map over all
    positions: then the logit of a class is the mean of `feature_map @ classifier` plus a bias. `relu` is the
    layer before the classifier, if it is the only other one and gets that mean. If one sigmoid decides
    between two classes, the logits are those of either one. In an int8 model, `vector` is the one before it
    is quantised.
    """

    feature_map: Any
    channels_first: bool
    vector: Any
    classifier: NDArray[np.float32] | None
    relu: ReluLayer | None = None


class NoHead(Exception):
    """The model does not end like an image classifier."""


def find_head(model: Any) -> Head:
    """Walks back from the softmax or sigmoid of `model`, an `openvino.Model`. Raises NoHead."""
    output = model.output(0).get_node().input_value(0).get_node()
    is_pair = output.get_type_name() == "Concat"  # of 1 - p and p
    classifier = _classifier(output.input_value(1).get_node() if is_pair else output)
    vector = classifier.input_value(0)
    feature_map, channels_first = _feature_map(classifier)
    if vector.get_node().get_type_name() == "FakeQuantize":
        vector = vector.get_node().input_value(0)
    if _is_mean(vector, feature_map):
        return Head(feature_map, channels_first, vector, _of_classes(classifier, is_pair))
    if not _is_weighted_between(vector, feature_map):
        return Head(feature_map, channels_first, vector, None)
    # Several layers follow the map. Keras then calls the map's mean the features.
    relu = _relu_layer(vector, feature_map, _of_classes(classifier, is_pair))
    return Head(feature_map, channels_first, None, None, relu)


def _classifier(softmax: Any) -> Any:
    node = softmax
    while node.get_type_name() not in _WEIGHTED:
        values = _values(node)
        is_known = node.get_type_name() in {"Softmax", "Sigmoid", "Add", *_SHAPE_ONLY}
        if not is_known or len(values) != 1:
            raise NoHead(f"No classifier found: {node.get_type_name()} comes before the softmax.")
        node = values[0].get_node()
    if len(_values(node)) != 1:
        raise NoHead("The classifier has no weights of its own.")
    return node


def _values(node: Any) -> list[Any]:
    """Inputs of `node` that depend on the picture."""
    inputs = (node.input_value(index) for index in range(node.get_input_size()))
    return [value for value in inputs if not _is_constant(value)]


def _is_constant(value: Any) -> bool:
    node = value.get_node()
    if node.get_type_name() in _OF_WEIGHTS:
        return all(_is_constant(node.input_value(index)) for index in range(node.get_input_size()))
    return bool(node.get_type_name() == "Constant")


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


def _relu_layer(vector: Any, feature_map: Any, classifier: NDArray[np.float32]) -> ReluLayer | None:
    """The layer from the mean of `feature_map` to `vector`; None if that is anything else."""
    node, after = _unscaled(vector, len(classifier))
    if node.get_type_name() != "Relu":
        return None
    before = node.input_value(0)
    layer, scale = _unscaled(before, len(classifier))
    if layer.get_type_name() not in _WEIGHTED or not _is_mean(layer.input_value(0), feature_map):
        return None
    if any(size != 1 for size in layer.input_value(1).shape[2:]):  # a kernel of more than one place
        return None
    return ReluLayer(before, _matrix(layer) * scale, after[:, None] * classifier)


def _unscaled(value: Any, units: int) -> tuple[Any, NDArray[np.float32]]:
    """The node before constants that `value` is multiplied by, and added to, and their product (units,)."""
    scale = np.ones(units, np.float32)
    node = value.get_node()
    while node.get_type_name() in {"Multiply", "Add", *_SHAPE_ONLY}:
        inputs = _values(node)
        if len(inputs) != 1:
            break
        if node.get_type_name() == "Multiply":
            factor = np.concatenate(
                [_numbers(other).ravel() for other in map(node.input_value, (0, 1)) if _is_constant(other)]
            )
            if factor.size not in (1, units):
                break
            scale = scale * factor.astype(np.float32)
        node = inputs[0].get_node()
    return node, scale


def _is_weighted_between(vector: Any, feature_map: Any) -> bool:
    if vector.get_node().get_type_name() in _WEIGHTED:
        return True
    return any(
        value.get_node().get_type_name() in _WEIGHTED
        for _, value in _behind(vector.get_node())
        if not _has_positions(value)
    )


def _of_classes(classifier: Any, is_pair: bool) -> NDArray[np.float32]:
    matrix = _matrix(classifier)
    return np.concatenate([-matrix, matrix], axis=1) if is_pair else matrix


def _matrix(classifier: Any) -> NDArray[np.float32]:
    """Weights (features, classes) of a matrix product or a 1x1 convolution."""
    weights: NDArray[np.float32] = _numbers(classifier.input_value(1)).astype(np.float32)
    if classifier.get_type_name() == "Convolution":
        return weights.reshape(weights.shape[0], -1).T.copy()
    return weights.T.copy() if classifier.get_attributes()["transpose_b"] else weights


def _numbers(value: Any) -> NDArray[Any]:
    if not _is_constant(value):
        raise NoHead("An expected constant depends on the picture.")
    node = value.get_node()
    while node.get_type_name() == "Convert":
        node = node.input_value(0).get_node()
    if node.get_type_name() == "Constant":
        return np.asarray(node.data)
    (numbers,) = ov.compile_model(ov.Model([value], []), "CPU")({}).values()
    return np.asarray(numbers)
