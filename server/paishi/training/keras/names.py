"""Losses, optimisers, initialisers, regularisers, metrics and activations by name, also by that of Keras 2.

Wherever a name has changed its meaning, a sentence says what it means now.
"""

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, NamedTuple

from paishi.models.keras.imports import keras
from paishi.training.errors import TrainingRefused

SCHEDULES = ("constant", "polynomial", "exponential", "inverse_time", "cosine")

_END = 0.01
"""Learning rate at the end of a schedule, in shares of the first."""

_OLD_RATES = {"adadelta": 1.0, "adagrad": 0.01, "adamax": 0.002, "nadam": 0.002}
"""Default learning rates of Keras 2 that differ from today's."""

_NEVER_NAMED = {
    *("Loss", "LossFunctionWrapper", "CTC", "Circle"),  # Circle is for embeddings
    *("Metric", "MeanMetricWrapper", "Mean", "Sum"),
    *("Optimizer", "LossScaleOptimizer", "Regularizer", "Initializer"),
}


class Call(NamedTuple):
    """What a text such as "SGD(lr=0.01)" names."""

    name: str
    values: tuple[Any, ...]
    named: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Kind:
    """Classes of Keras that a name may mean; `old` maps names of Keras 2, and misspelt ones that are widely
    copied, to today's."""

    noun: str
    module: Any
    base: type
    old: dict[str, str]
    short: dict[str, str] = field(default_factory=dict)

    @property
    def classes(self) -> dict[str, type]:
        found = {
            _plain(name): value
            for name, value in vars(self.module).items()
            if isinstance(value, type) and issubclass(value, self.base) and name not in _NEVER_NAMED
        }
        return {**found, **{short: found[name] for short, name in self.short.items()}}

    def find(self, call: Call) -> tuple[type, list[str]]:
        """Returns the class and what has changed. Raises TrainingRefused, which suggests the nearest."""
        name, classes = _plain(call.name), self.classes
        for old, new in self.old.items():
            if name == _plain(old) and call.name != new:
                return classes[_plain(new)], [f"{call.name} is called {new} now."]
        if name in classes:
            return classes[name], []
        names = [value.__name__ for value in classes.values()]
        raise _unknown(self.noun, call.name, [*names, *self.short, *self.old])

    def make(self, text: str, **defaults: Any) -> tuple[Any, list[str]]:
        call = parse(text)
        cls, remarks = self.find(call)
        return _made(call, cls, {**defaults, **call.named}), remarks


_LOSSES = _Kind(
    "loss",
    keras.losses,
    keras.losses.Loss,
    {
        "logcosh": "log_cosh",
        "huber_loss": "huber",
        "kullback_leibler_divergence": "kl_divergence",
        "cosine_proximity": "cosine_similarity",
        "sparse_categorical_crossentrop": "sparse_categorical_crossentropy",
    },
    {
        "mse": "meansquarederror",
        "mae": "meanabsoluteerror",
        "mape": "meanabsolutepercentageerror",
        "msle": "meansquaredlogarithmicerror",
        "kld": "kldivergence",
    },
)
_METRICS = _Kind(
    "metric",
    keras.metrics,
    keras.metrics.Metric,
    {
        "logcosh": "log_cosh_error",
        "kullback_leibler_divergence": "kl_divergence",
        "cosine_proximity": "cosine_similarity",
        "top_k_categorical_accracy": "top_k_categorical_accuracy",
        "acc": "categorical_accuracy",
    },
    {"accuracy": "categoricalaccuracy", **_LOSSES.short},
)
_OPTIMIZERS = _Kind("optimizer", keras.optimizers, keras.optimizers.Optimizer, {})
_INITIALIZERS = _Kind(
    "initializer",
    keras.initializers,
    keras.initializers.Initializer,
    {
        "normal": "random_normal",
        "uniform": "random_uniform",
        "zero": "zeros",
        "one": "ones",
        "Identiy": "identity",
    },
)
_REGULARIZERS = _Kind("regularizer", keras.regularizers, keras.regularizers.Regularizer, {})


def old_names() -> dict[str, dict[str, str]]:
    """Today's names by those of Keras 2, for each kind of thing that has any."""
    kinds = (_LOSSES, _METRICS, _OPTIMIZERS, _INITIALIZERS, _REGULARIZERS)
    return {kind.noun: dict(kind.old) for kind in kinds if kind.old}


Activation = Callable[[keras.KerasTensor], keras.KerasTensor]


@dataclass(frozen=True, slots=True)
class HeadOptions:
    """Options of a head's Dense layers, as text; `remarks` say what has changed in their names.

    A regulariser is like "l2(0.01)", for the kernel, or "bias_regularizer=l1(0.01)".
    """

    activation: Activation
    initializer: str = "glorot_uniform"
    regularizers: tuple[tuple[str, str], ...] = ()
    remarks: tuple[str, ...] = ()

    def dense(self) -> dict[str, Any]:
        """Arguments of a Dense layer; each has its own initializer."""
        return {
            "kernel_initializer": _INITIALIZERS.make(self.initializer)[0],
            **{place: _regularizer(text)[0] for place, text in self.regularizers},
        }


def head_options(
    activation: str = "relu", initializer: str = "glorot_uniform", regularizers: Sequence[str] = ()
) -> HeadOptions:
    """Reads the names. Raises TrainingRefused."""
    function, remarks = _activation(activation)
    remarks = [*remarks, *_INITIALIZERS.make(initializer)[1]]
    placed = []
    for text in regularizers:
        place, _, rest = text.partition("=") if "=" in text.partition("(")[0] else ("", "", text)
        place = f"{place.strip().removesuffix('_regularizer') or 'kernel'}_regularizer"
        if place not in (places := ["kernel_regularizer", "bias_regularizer", "activity_regularizer"]):
            raise _unknown("place of a regularizer", place, places)
        remarks += _regularizer(rest)[1]
        placed.append((place, rest))
    return HeadOptions(function, initializer, tuple(placed), tuple(remarks))


def _regularizer(text: str) -> tuple[Any, list[str]]:
    call = parse(text)
    cls, remarks = _REGULARIZERS.find(call)
    named = dict(call.named)
    if "l" in named and (argument := _plain(call.name)) in ("l1", "l2"):
        named[argument] = named.pop("l")
        remarks = [*remarks, f"{call.name}: l is called {argument} now."]
    return _made(call, cls, named), remarks


def loss(text: str) -> tuple[Any, list[str]]:
    """Returns the loss that `text` names, for one-hot classes. Raises TrainingRefused."""
    found, remarks = _LOSSES.make(text)
    if isinstance(found, keras.losses.SparseCategoricalCrossentropy):
        return _SparseLoss(found), remarks
    return found, remarks


class _SparseLoss(keras.losses.Loss):  # type: ignore[misc]
    """A loss that takes the number of the class, given one-hot classes."""

    def __init__(self, loss: keras.losses.Loss) -> None:
        super().__init__(name=loss.name, reduction=loss.reduction)
        self._loss = loss

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return self._loss.call(keras.ops.argmax(y_true, axis=-1), y_pred)


def metric(text: str) -> tuple[Any, list[str]]:
    """Returns the metric that `text` names, for one-hot classes. Raises TrainingRefused."""
    found, remarks = _METRICS.make(text)
    if type(found).__name__.startswith("Sparse"):
        inner = found._fn if hasattr(found, "_fn") else found
        options = {"k": found.k} if hasattr(found, "k") else {}

        def of_one_hot(y_true: Any, y_pred: Any) -> Any:
            return inner(keras.ops.argmax(y_true, axis=-1), y_pred, **options)

        return keras.metrics.MeanMetricWrapper(of_one_hot, name=found.name), remarks
    return found, remarks


def optimizer(
    text: str, learning_rate: float | None = None, schedule: str = "constant", steps: int = 1
) -> tuple[Any, list[str]]:
    """Returns the optimiser that `text` names, with `schedule` over `steps`. Raises TrainingRefused."""
    call = parse(text)
    cls, remarks = _OPTIMIZERS.find(call)
    named, translated = _of_keras_3(call)
    remarks += translated
    if learning_rate is not None and "learning_rate" in named:
        raise TrainingRefused(f"{text} has a learning rate already: leave that or --learning-rate out.")
    if learning_rate is not None:
        named["learning_rate"] = learning_rate
    if "learning_rate" not in named and (old := _OLD_RATES.get(_plain(call.name))):
        remarks.append(
            f"{call.name} began with a learning rate of {old:g} in Keras 2 and with "
            f"{_rate(_made(call, cls, {})):g} now; --learning-rate {old:g} is the old one."
        )
    decay = named.pop("decay", None)
    if decay is not None and schedule != "constant":
        raise TrainingRefused(f"{text} has a decay already: leave that or --schedule out.")
    made = _made(call._replace(values=()), cls, named)
    if decay is not None:
        remarks.append(
            f"{call.name}: decay={decay:g} is learning_rate=InverseTimeDecay(…, 1, {decay:g}) now."
        )
        made.learning_rate = keras.optimizers.schedules.InverseTimeDecay(_rate(made), 1, decay)
    elif schedule != "constant":
        made.learning_rate = _schedule(schedule, _rate(made), max(steps, 1))
    return made, remarks


def _of_keras_3(call: Call) -> tuple[dict[str, Any], list[str]]:
    """Arguments of an optimiser, with those of Keras 2 translated; `decay` is left as it is."""
    named, remarks = dict(call.named), []
    if "lr" in named:
        named["learning_rate"] = named.pop("lr")
        remarks.append(f"{call.name}: lr is called learning_rate now.")
    if call.values:  # as in SGD(0.01)
        named.setdefault("learning_rate", call.values[0])
    if named.get("epsilon", 0) is None:  # the default, by another name
        del named["epsilon"]
    if named.pop("schedule_decay", None) is not None:
        remarks.append(f"{call.name}: schedule_decay is gone from Keras, without a replacement.")
    return named, remarks


def _rate(made: Any) -> float:
    return float(keras.ops.cast(made.learning_rate, "float32"))


def _schedule(name: str, rate: float, steps: int) -> Any:
    schedules = keras.optimizers.schedules
    match _underscored(name):
        case "polynomial":
            return schedules.PolynomialDecay(rate, steps, end_learning_rate=_END * rate)
        case "exponential":
            return schedules.ExponentialDecay(rate, steps, _END)
        case "inverse_time":
            return schedules.InverseTimeDecay(rate, steps, 1 / _END - 1)
        case "cosine":
            return schedules.CosineDecay(rate, steps, alpha=_END)
    raise _unknown("schedule", name, SCHEDULES)


def _activation(text: str) -> tuple[Activation, list[str]]:
    call = parse(text)
    name = _plain(call.name)
    named = dict(call.named)
    if name in ("relu", "leakyrelu") and "alpha" in named:
        named["negative_slope"] = named.pop("alpha")
        remarks = [f"{call.name}: alpha is called negative_slope now."]
    else:
        remarks = []
    layers = keras.layers
    layer = {
        "relu": layers.ReLU,
        "leakyrelu": layers.LeakyReLU,
        "elu": layers.ELU,
        "prelu": layers.PReLU,
        "softmax": layers.Softmax,
    }.get(name)
    if layer is not None:
        _made(call, layer, named)
        return lambda x: _made(call, layer, named)(x), remarks
    if name == "thresholdedrelu":
        theta = float(named.get("theta", call.values[0] if call.values else 1.0))
        remarks.append(f"{call.name} is gone from Keras; it is built of operations, with theta={theta:g}.")
        return lambda x: x * keras.ops.cast(x > theta, x.dtype), remarks
    functions = {
        _plain(known): known
        for known, value in vars(keras.activations).items()
        if callable(value) and known.islower() and known not in ("get", "serialize", "deserialize")
    }
    if name not in functions:
        raise _unknown("activation", call.name, [*functions, "prelu", "thresholdedrelu"])
    if call.values or named:
        raise TrainingRefused(f"{text}: {call.name} takes no arguments here.")
    if name == "hardsigmoid":
        remarks.append(f"{call.name} is x / 6 + 0.5 now, where Keras 2 had 0.2 x + 0.5.")
    return lambda x: layers.Activation(functions[name])(x), remarks


def parse(text: str) -> Call:
    """Reads a name, or a call with numbers and words such as "SGD(lr=0.01)". Raises TrainingRefused."""
    try:
        node = ast.parse(text.strip(), mode="eval").body
        if isinstance(node, ast.Call):
            values = tuple(ast.literal_eval(value) for value in node.args)
            named = {str(each.arg): ast.literal_eval(each.value) for each in node.keywords}
            return Call(_name(node.func), values, named)
        return Call(_name(node), (), {})
    except (SyntaxError, ValueError) as error:
        raise TrainingRefused(f"{text!r} is neither a name nor like SGD(learning_rate=0.01).") from error


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):  # keras.optimizers.SGD
        return node.attr
    if isinstance(node, ast.Name):
        return node.id
    raise ValueError(ast.dump(node))


def _made(call: Call, cls: Any, named: dict[str, Any]) -> Any:
    try:
        return cls(*call.values, **named)
    except (TypeError, ValueError) as error:
        reason = str(error).strip().splitlines()[0]
        raise TrainingRefused(f"{call.name} does not take these arguments: {reason}") from error


def _unknown(noun: str, name: str, known: Sequence[str]) -> TrainingRefused:
    by_form = {_plain(one): one for one in known}
    near = get_close_matches(_plain(name), by_form, n=1)
    suggestion = (
        f"Did you mean {by_form[near[0]]}?" if near else f"There are {', '.join(sorted(set(known)))}."
    )
    return TrainingRefused(f"There is no {noun} {name!r}. {suggestion}")


def _plain(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()


def _underscored(name: str) -> str:
    return name.lower().replace("-", "_")


def all_remarks(*parts: Sequence[str]) -> Iterator[str]:
    """Each sentence of `parts` once."""
    yield from dict.fromkeys(sentence for part in parts for sentence in part)
