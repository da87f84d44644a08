"""Builds a model of Keras 3 from a file of Keras 2, as of Teachable Machine. Importing this loads Keras.

The description in the file is data: each layer is made anew from what it says, and only layers and operations
in the tables here and in `keras.layers` are, so that no code of the file runs.
"""

import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from paishi.models.keras.imports import keras

_MODELS = ("Sequential", "Functional", "Model")
_OPERATIONS = ("TFOpLambda", "SlicingOpLambda")
_OF_TRAINING = re.compile("_(initializer|regularizer|constraint)$")
_EVERY_LAYER = {"name", "trainable"}
_RENAMED = {
    "BatchNormalizationV1": "BatchNormalization",
    "BatchNormalizationV2": "BatchNormalization",
    "SyncBatchNormalization": "BatchNormalization",
}
_ONLY_AS = {"groups": 1, "renorm": False, "ragged": False, "sparse": False, "crop_to_aspect_ratio": False}
"""Options that a layer of Keras 3 lacks, and the value with which that changes nothing."""
_WITHOUT_EFFECT = {
    "dtype",
    "batch_input_shape",
    "autocast",
    "experimental_autocast",
    "rng_type",
    "force_generator",
    "fused",
    "virtual_batch_size",
    "implementation",
    "query_shape",
    "key_shape",
    "value_shape",
}
_AUGMENTATION = ("RandomHeight", "RandomWidth")
"""Layers that Keras 3 lacks and that do nothing outside training."""
_HARD_SIGMOID = "hard_sigmoid"
_ACTIVATIONS = {"softmax_v2": "softmax", "swish": "silu", "gelu_v2": "gelu"}
_CONSTANT = "_CONSTANT_VALUE"
_LONGEST = 300  # characters of a message of Keras


def _number(value: Any) -> Any:
    return keras.ops.convert_to_tensor(value, "float32") if isinstance(value, list) else value


def _of_two(operation: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    return lambda x, y, **_: operation(_number(x), _number(y))


def _axes(options: Mapping[str, Any]) -> dict[str, Any]:
    return {"axis": options.get("axis"), "keepdims": bool(options.get("keepdims"))}


def _slice(x: Any, slice_spec: Iterable[Any]) -> Any:
    return x[tuple(_index(part) for part in slice_spec)]


def _index(part: Any) -> Any:
    if not isinstance(part, dict):
        return part
    if part.get("class_name") == "__ellipsis__":
        return Ellipsis
    return slice(part["start"], part["stop"], part["step"])


_OPS: Mapping[str, Callable[..., Any]] = {
    **dict.fromkeys(("math.add", "__operators__.add"), _of_two(keras.ops.add)),
    "math.subtract": _of_two(keras.ops.subtract),
    "math.multiply": _of_two(keras.ops.multiply),
    **dict.fromkeys(("math.truediv", "math.divide"), _of_two(keras.ops.divide)),
    "math.pow": _of_two(keras.ops.power),
    "math.maximum": _of_two(keras.ops.maximum),
    "math.minimum": _of_two(keras.ops.minimum),
    "math.negative": lambda x, **_: keras.ops.negative(x),
    "math.abs": lambda x, **_: keras.ops.abs(x),
    "math.sqrt": lambda x, **_: keras.ops.sqrt(x),
    "math.square": lambda x, **_: keras.ops.square(x),
    "math.exp": lambda x, **_: keras.ops.exp(x),
    "math.log": lambda x, **_: keras.ops.log(x),
    "math.tanh": lambda x, **_: keras.ops.tanh(x),
    **dict.fromkeys(("math.sigmoid", "nn.sigmoid"), lambda x, **_: keras.ops.sigmoid(x)),
    "math.reduce_mean": lambda input_tensor, **options: keras.ops.mean(input_tensor, **_axes(options)),
    "math.reduce_max": lambda input_tensor, **options: keras.ops.max(input_tensor, **_axes(options)),
    "math.reduce_sum": lambda input_tensor, **options: keras.ops.sum(input_tensor, **_axes(options)),
    "nn.relu": lambda features, **_: keras.ops.relu(features),
    "nn.relu6": lambda features, **_: keras.ops.relu6(features),
    **dict.fromkeys(("nn.silu", "nn.swish"), lambda features, **_: keras.ops.silu(features)),
    "nn.gelu": lambda features, approximate=False, **_: keras.ops.gelu(features, approximate=approximate),
    "nn.leaky_relu": lambda features, alpha=0.2, **_: keras.ops.leaky_relu(features, alpha),
    "nn.softmax": lambda logits, axis=None, **_: keras.ops.softmax(logits, -1 if axis is None else axis),
    "nn.bias_add": lambda value, bias, **_: keras.ops.add(value, _number(bias)),
    "reshape": lambda tensor, shape, **_: keras.ops.reshape(tensor, shape),
    "transpose": lambda a, perm=None, **_: keras.ops.transpose(a, perm),
    "expand_dims": lambda input, axis, **_: keras.ops.expand_dims(input, axis),
    "squeeze": lambda input, axis=None, **_: keras.ops.squeeze(input, axis),
    "concat": lambda values, axis, **_: keras.ops.concatenate(values, axis),
    "stack": lambda values, axis=0, **_: keras.ops.stack(values, axis),
    "identity": lambda input, **_: keras.layers.Identity()(input),
    "cast": lambda x, dtype, **_: keras.ops.cast(x, dtype),
    "clip_by_value": lambda t, clip_value_min, clip_value_max, **_: keras.ops.clip(
        t, clip_value_min, clip_value_max
    ),
    "__operators__.getitem": _slice,
}  # fmt: skip
"""TensorFlow's functions by their names in a file; its parameters keep theirs."""


class Keras2Refused(Exception):
    """The model cannot be built anew, or its weights do not fit it; the message completes "the file"."""


def build_keras2(config: Mapping[str, Any]) -> keras.Model:
    """Builds the model that `config`, a description of Keras 2, says, with fresh weights in float32.

    Raises Keras2Refused.
    """
    return _model(config)


def _model(config: Mapping[str, Any]) -> keras.Model:
    inner = config["config"]
    if isinstance(inner, list):  # Keras before 2.2.3
        inner = {"layers": inner}
    if config["class_name"] == "Sequential":
        return _sequential(inner)
    if config["class_name"] in _MODELS:
        return _functional(inner)
    raise Keras2Refused(f"is a {config['class_name']}: it must be Sequential or Functional")


def _sequential(inner: Mapping[str, Any]) -> keras.Model:
    layers = [one for layer in inner["layers"] for one in _layers(layer)]
    first = inner["layers"][0]["config"]
    shape = first.get("batch_input_shape") if isinstance(first, dict) else None
    if shape and not isinstance(layers[0], keras.layers.InputLayer):
        layers = [keras.layers.InputLayer(shape[1:]), *layers]
    model = keras.Sequential(layers, name=_name(inner.get("name")))
    if not model.built and (shape := inner.get("build_input_shape")):
        model.build(tuple(shape))
    return model


def _functional(inner: Mapping[str, Any]) -> keras.Model:
    layers = {one["name"]: _Node(one) for one in inner["layers"]}
    for node in layers.values():
        node.find_first_index(_references(inner))
    waiting = [(node, call) for node in layers.values() for call in node.calls]
    while waiting:
        left = [(node, call) for node, call in waiting if not node.run(call, layers)]
        if len(left) == len(waiting):
            raise Keras2Refused(f"has layers in a circle, from {left[0][0].name!r} on")
        waiting = left
    ends = [
        [_tensor(spec, layers) for spec in _specs(inner[side])] for side in ("input_layers", "output_layers")
    ]
    inputs, outputs = (end[0] if len(end) == 1 else end for end in ends)
    return keras.Model(inputs, outputs, name=_name(inner.get("name")))


class _Node:
    """A layer of a Functional model, and the outputs of its calls."""

    def __init__(self, described: Mapping[str, Any]) -> None:
        self.name = described["name"]
        self.calls: list[Any] = list(described.get("inbound_nodes") or ())
        self._first = 0
        self._outputs: list[Any] = []
        self._is_model = described["class_name"] in _MODELS
        if described["class_name"] in _OPERATIONS:
            self._call: Callable[..., Any] = partial(
                _operation, described["config"]["function"], _name(self.name)
            )
            return
        made = _layers(described)
        self._call = partial(_chain, made)
        if isinstance(made[0], keras.layers.InputLayer):
            self._outputs = [made[0].output]

    def find_first_index(self, references: Iterable[tuple[str, int]]) -> None:
        """A model within another may count its own making as its first call."""
        used = [index for name, index in references if name == self.name]
        self._first = int(self._is_model and max(used, default=0) >= len(self.calls))

    def output(self, index: int, part: int) -> Any:
        outputs = self._outputs[index - self._first]
        return outputs[part] if isinstance(outputs, list | tuple) else outputs

    def run(self, call: Any, layers: Mapping[str, "_Node"]) -> bool:
        """Returns False if an input of `call` is not there yet."""
        if isinstance(call, dict):
            raise Keras2Refused("has a description that mixes Keras 2 and 3")
        specs = list(_specs(call))
        try:
            inputs = [_tensor(spec, layers) for spec in specs]
            options = {
                name: _tensor(value, layers) if _is_tensor(value, layers) else value
                for name, value in (specs[0][3] if len(specs[0]) > 3 else {}).items()
            }
        except IndexError:
            return False
        self._outputs.append(self._call(inputs[0] if len(inputs) == 1 else inputs, **options))
        return True


def _references(inner: Mapping[str, Any]) -> list[tuple[str, int]]:
    calls = [layer.get("inbound_nodes") for layer in inner["layers"]]
    return [*_named(calls), *_named(inner["output_layers"]), *_named(inner["input_layers"])]


def _named(value: Any) -> Iterator[tuple[str, int]]:
    """Yields what has the form [layer, call, output] anywhere in `value`."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        if len(value) >= 3 and isinstance(value[0], str) and isinstance(value[1], int):
            yield value[0], value[1]
        for inner in value:
            yield from _named(inner)


def _specs(value: Any) -> Iterator[list[Any]]:
    """Yields [layer, call, output] or [layer, call, output, options] in the order of `value`."""
    if isinstance(value, dict):
        value = list(value.values())
    if value and isinstance(value[0], str):
        yield value
    else:
        for inner in value:
            yield from _specs(inner)


def _is_tensor(value: Any, layers: Mapping[str, _Node]) -> bool:
    match value:
        case [str(name), int(), int(), *_]:
            return name in layers
    return False


def _tensor(spec: list[Any], layers: Mapping[str, _Node]) -> Any:
    name, index, part = spec[:3]
    return part if name == _CONSTANT else layers[name].output(index, part)


def _chain(layers: list[Any], inputs: Any, /, **options: Any) -> Any:
    outputs = layers[0](inputs, **{name: value for name, value in options.items() if value is not None})
    for layer in layers[1:]:
        outputs = layer(outputs)
    return outputs


def _operation(function: str, name: str | None, inputs: Any, /, **options: Any) -> Any:
    operation = _OPS.get(function)
    if operation is None:
        raise Keras2Refused(f"has a call of TensorFlow's {function}")
    try:
        output = operation(inputs, **options)
    except Exception as error:  # Keras raises nearly anything here
        raise Keras2Refused(
            f"has a call of TensorFlow's {function} that Keras refuses ({_in_one_line(error)})"
        ) from error
    output._keras_history.operation.name = name  # the one that Keras gives may be that of a layer
    return output


def _in_one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:_LONGEST]


def _layers(described: Mapping[str, Any]) -> list[Any]:
    """Returns the layers that `described` stands for, to be called one after the other."""
    kind = str(described["class_name"])
    if kind in _MODELS:
        return [_model(described)]
    config = described["config"]
    if kind == "Lambda":
        raise Keras2Refused(f"has a Lambda layer called {config.get('name')!r}, which is code")
    if kind == "InputLayer":
        shape, dtype = config.get("batch_input_shape"), config.get("dtype") or "float32"
        dtype = "float32" if "float" in dtype else dtype
        return [keras.layers.InputLayer(shape[1:], dtype=dtype, name=_name(config.get("name")))]
    if kind in _AUGMENTATION:
        return [keras.layers.Identity(name=_name(config.get("name")))]
    layer = getattr(keras.layers, _RENAMED.get(kind, kind), None)
    if not (isinstance(layer, type) and issubclass(layer, keras.layers.Layer)):
        raise Keras2Refused(f"has a layer {kind}")
    options = _options(layer, kind, config)
    after = []
    if options.get("activation") == _HARD_SIGMOID:  # steeper in Keras 2: 0.2 x + 0.5 within 0 and 1
        options["activation"] = "linear"
        after = [keras.layers.Rescaling(0.2, 0.5), keras.layers.ReLU(1.0)]
    try:
        return [layer(**options), *after]
    except Exception as error:  # Keras raises nearly anything here
        raise Keras2Refused(
            f"has a layer {kind} that Keras {keras.__version__} refuses ({_in_one_line(error)})"
        ) from error


def _options(layer: type, kind: str, config: Mapping[str, Any]) -> dict[str, Any]:
    taken = set(inspect.signature(layer).parameters) - {"kwargs"} | _EVERY_LAYER
    options = {}
    for name, value in config.items():
        if _OF_TRAINING.search(name) or name in _WITHOUT_EFFECT:
            continue
        if name == "alpha" and layer is keras.layers.LeakyReLU:
            name = "negative_slope"
        if name in taken:
            options[name] = _option(name, value)
        elif value is not None and value != _ONLY_AS.get(name):
            raise Keras2Refused(f"has a layer {kind} with {name}={value!r}")
    return options


def _option(name: str, value: Any) -> Any:
    match name, value:
        case "name", _:
            return _name(value)
        case "activation", _:
            return _activation(value)
        case "axis", [only]:
            return only
    return value


def _activation(value: Any) -> Any:
    if isinstance(value, dict):  # of a file of 2.13 or later, or a layer that serves as activation
        if value.get("class_name") not in (None, "function"):
            [made] = _layers(value)
            return made
        value = value.get("config")
    if value is None:
        return None
    name = _ACTIVATIONS.get(str(value), str(value))
    if name != _HARD_SIGMOID and not callable(getattr(keras.activations, name, None)):
        raise Keras2Refused(f"has an activation {value!r}")
    return name


def _name(name: Any) -> str | None:
    """Keras 3 takes no slash in a name."""
    return str(name).replace("/", "_") if name else None


def load_weights(model: keras.Model, stored: h5py.Group) -> None:
    """Puts the arrays of an `.h5` file, or of the weights in a `.keras` file, into `model`.

    Raises Keras2Refused, whose message completes "the file", if they do not fit one another.
    """
    if "layer_names" in stored.attrs:
        _load_by_order(model, stored)
    else:
        _load_by_place(model, stored)
    for layer in model._flatten_layers():
        if isinstance(layer, keras.layers.Normalization):
            layer.finalize_state()  # it calculates with copies of its weights


def _load_by_order(model: keras.Model, stored: h5py.Group) -> None:
    """An `.h5` file has a group for each layer of the outermost model, with its arrays in order."""
    named = {str(_text(name)): stored[_text(name)] for name in _names(stored, "layer_names")}
    groups = [group for group in named.values() if len(_names(group, "weight_names"))]
    layers = [layer for layer in model.layers if layer.weights]
    if len(groups) != len(layers):
        raise Keras2Refused(f"holds weights of {len(groups)} layers, but describes {len(layers)}")
    for layer, group in zip(layers, groups, strict=True):
        variables = [*layer.trainable_weights, *layer.non_trainable_weights]
        names = [_text(name) for name in _names(group, "weight_names")]
        variables = [variable for variable in variables if variable.name != "seed_generator_state"]
        if [_kind(name) for name in names] != [_kind(variable.path) for variable in variables]:
            raise Keras2Refused(f"holds other weights for the layer {layer.name!r} than it describes")
        for variable, name in zip(variables, names, strict=True):
            _assign(variable, group[name])


def _names(group: h5py.Group, attribute: str) -> list[Any]:
    """An attribute that is too long for HDF5 is in several, with numbers."""
    if attribute in group.attrs:
        return list(group.attrs[attribute])
    parts: list[Any] = []
    while (part := f"{attribute}{len(parts)}") in group.attrs:
        parts.append(group.attrs[part])
    return [name for part in parts for name in part]


def _text(name: Any) -> str:
    return name.decode() if isinstance(name, bytes) else str(name)


def _kind(path: str) -> str:
    """ "kernel" of "dense/kernel:0" and of "dense_1/kernel_2:0"."""
    kind = re.sub(r"(_\d+)?(:\d+)?$", "", path.rpartition("/")[2])
    return (
        "kernel" if kind == "depthwise_kernel" else kind
    )  # named so in Keras 2 alone, where it is the only one


def _load_by_place(model: keras.Model, stored: h5py.Group) -> None:
    """A `.keras` file has a group for each layer, named after its class and numbered.

    Until 2.14 a layer with weights counted twice.
    """
    old = "_layer_checkpoint_dependencies"
    place, step = (old, 2) if old in stored else ("layers", 1)
    counts: dict[str, int] = {}
    for layer in model.layers:
        kind = _snake_case(type(layer).__name__)
        number = counts.get(kind, 0)
        counts[kind] = number + (step if layer.weights else 1)
        if layer.weights:
            group = _group(stored, f"{place}/{kind}_{number}" if number else f"{place}/{kind}")
            if isinstance(layer, keras.Model):
                _load_by_place(layer, group)
            else:
                _load_layer(layer, group)


def _load_layer(layer: keras.layers.Layer, group: h5py.Group) -> None:
    own = [*layer._trainable_variables, *layer._non_trainable_variables]
    for number, variable in enumerate(own):
        _assign(variable, _group(group, f"vars/{number}"))
    for name in group:
        inner = getattr(layer, name, None)
        if isinstance(inner, keras.layers.Layer):
            _load_layer(inner, group[name])


def _group(stored: h5py.Group, name: str) -> Any:
    if name not in stored:
        raise Keras2Refused(f"lacks the weights {name}")
    return stored[name]


def _assign(variable: Any, stored: Any) -> None:
    if not isinstance(stored, h5py.Dataset) or stored.external or stored.shape != tuple(variable.shape):
        raise Keras2Refused(f"holds no array of shape {tuple(variable.shape)} for {variable.path}")
    values: NDArray[Any] = np.asarray(stored)
    variable.assign(values)


def _snake_case(name: str) -> str:
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()
