"""Names of Keras 2 and what they are today."""

from collections.abc import Iterator
from typing import NamedTuple

from paishi.training.keras import names


class Renamed(NamedTuple):
    """`new` is "" if it is gone without a successor; `changed` says what else is different."""

    of: str
    old: str
    new: str
    changed: str = ""


_OF_MODELS = (
    Renamed("model", "Model(input=, output=)", "Model(inputs=, outputs=)", "The old ones are refused."),
    Renamed(
        "model", "fit_generator, evaluate_generator", "fit, evaluate", "They take generators and datasets."
    ),
    Renamed("model", "keras.layers.convolutional, .core, .recurrent …", "keras.layers"),
    Renamed("model", "keras.engine.topology.Layer", "keras.Layer"),
    Renamed("model", "keras.utils.np_utils.to_categorical", "keras.utils.to_categorical"),
    Renamed("model", "K.dot, K.mean, K.l2_normalize …", "keras.ops.matmul, .mean, .normalize …"),
    Renamed("layer", "input_shape=, input_dim=, batch_input_shape=", "keras.Input(…) as the first layer"),
    Renamed("layer", "Embedding(input_length=)", "", "Leave it out."),
    Renamed("layer", "get_output_at(i), get_input_shape_at(i)", "", "Keep what each call returns."),
    Renamed(
        "layer", "LocallyConnected2D", "", "paishi gallery show locally_connected2d is a layer of one's own."
    ),
    Renamed("layer", "GRU(reset_after=False)", "GRU(reset_after=True)", "The default: it has a second bias."),
)

_OPTIMIZERS = (
    "SGD(lr=0.01)",
    "SGD(decay=1e-06)",
    "Nadam(schedule_decay=0.004)",
    "Adadelta",
    "Adagrad",
    "Adamax",
    "Nadam",
)
_ACTIVATIONS = ("LeakyReLU(alpha=0.3)", "ThresholdedReLU(theta=1.0)", "hard_sigmoid")
_REGULARIZERS = ("l1(l=0.01)", "l2(l=0.01)")


def renamed() -> Iterator[Renamed]:
    """Each name that has changed, or what it means; those of training as `paishi train` reads them."""
    for noun, old_names in names.old_names().items():
        for old, new in old_names.items():
            yield Renamed(noun, old, new)
    for text in _OPTIMIZERS:
        yield Renamed("optimizer", text, "", " ".join(names.optimizer(text)[1]))
    for text in _ACTIVATIONS:
        yield Renamed("activation", text, "", " ".join(names.head_options(activation=text).remarks))
    for text in _REGULARIZERS:
        yield Renamed("regularizer", text, "", " ".join(names.head_options(regularizers=[text]).remarks))
    yield from _OF_MODELS
