"""Custom models as people make them, tiny: 32 x 32 pixels and a few layers.

Each has what its training program fed it and what its output means, so that the served form can be compared
with Keras.
"""

from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from paishi.models.keras.imports import keras

SIZE = 32
Array = NDArray[np.float32]
layers, ops = keras.layers, keras.ops


def as_it_is(values: Any) -> Any:
    return values


def pair(p: Array) -> Array:
    return np.concatenate([1 - p, p], axis=1)


def sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def softmax(x: Array) -> Array:
    powers = np.exp(x - x.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


@dataclass(frozen=True)
class Animal:
    """`given` turns RGB of 0..255 (n, 32, 32, 3) into what the model was trained on, `means` its output into
    probabilities (n, classes). A model that is `refused` has a part of the sentence instead."""

    build: Callable[[], keras.Model]
    card: Mapping[str, Any] = field(default_factory=dict)
    given: Callable[[Array], Array] = as_it_is
    means: Callable[[Array], Array] = as_it_is
    independent: bool = False
    tolerance: float = 1e-4
    refused: str = ""
    exact: bool = True
    """Whether it ends in a mean over all positions and one matrix, so that class activation is exact."""


def picture(*shape: int | None, **options: Any) -> keras.KerasTensor:
    return keras.Input(shape or (SIZE, SIZE, 3), **options)


def body(x: keras.KerasTensor, scale: bool = True) -> keras.KerasTensor:
    """Feature map of 8 x 8 x 8."""
    x = layers.Rescaling(1 / 255)(x) if scale else x
    x = layers.Conv2D(8, 3, 2, "same", activation="relu")(x)
    return layers.Conv2D(8, 3, 2, "same", activation="relu")(x)


def head(x: keras.KerasTensor, classes: int = 3, activation: str | None = "softmax") -> keras.KerasTensor:
    return layers.Dense(classes, activation)(layers.GlobalAveragePooling2D()(x))


def plain(
    classes: int = 3, activation: str | None = "softmax", scale: bool = True, **options: Any
) -> keras.Model:
    x = picture(**options)
    return keras.Model(x, head(body(x, scale), classes, activation))


def headed(top: Callable[[keras.KerasTensor], keras.KerasTensor]) -> keras.Model:
    x = picture()
    return keras.Model(x, top(body(x)))


def sequential(*parts: Any) -> keras.Model:
    return keras.Sequential([picture(), layers.Rescaling(1 / 255), *parts])


def structured(wrap_in: Callable[[Any], Any], wrap_out: Callable[[Any], Any]) -> keras.Model:
    x = picture(name="photo")
    return keras.Model(wrap_in(x), wrap_out(head(body(x))))


def of_sequential(wrap_out: Callable[[Any], Any]) -> keras.Model:
    inner = keras.Sequential(
        [picture(), layers.Rescaling(1 / 255), layers.Flatten(), layers.Dense(3, "softmax")]
    )
    return keras.Model(inner.inputs, wrap_out(inner.outputs))


def transferred(own: bool = False) -> keras.Model:
    """As the guide to transfer learning: a frozen model, named as Keras names MobileNetV2, in another one."""
    below = picture()
    base = keras.Model(below, body(below, scale=False), name="mobilenetv2_1.00_32")
    base.trainable = False
    x = picture()
    inner = keras.applications.mobilenet_v2.preprocess_input(x) if own else x
    pooled = layers.GlobalAveragePooling2D()(base(inner, training=False))
    return keras.Model(x, layers.Dense(3, "softmax")(layers.Dropout(0.2)(pooled)))


def augmented() -> keras.Model:
    x = picture()
    augmentation = keras.Sequential(
        [layers.RandomFlip("horizontal"), layers.RandomRotation(0.1)], name="augmentation"
    )
    return keras.Model(x, head(body(augmentation(x))))


def normalised() -> keras.Model:
    normalisation = layers.Normalization()
    normalisation.adapt(np.random.default_rng(0).integers(0, 256, (8, SIZE, SIZE, 3)).astype(np.float32))
    x = picture()
    return keras.Model(x, head(body(normalisation(x), scale=False)))


def transformer() -> keras.Model:
    """A vision transformer of one block."""
    x = picture()
    tokens = layers.Conv2D(16, 8, 8)(layers.Rescaling(1 / 255)(x))
    tokens = layers.Reshape((16, 16))(tokens)
    tokens = tokens + layers.Embedding(16, 16)(ops.arange(16))
    tokens = tokens + layers.MultiHeadAttention(2, 8)(*2 * [layers.LayerNormalization()(tokens)])
    tokens = tokens + layers.Dense(16, "gelu")(layers.LayerNormalization()(tokens))
    return keras.Model(x, layers.Dense(3, "softmax")(layers.GlobalAveragePooling1D()(tokens)))


def convnext() -> keras.Model:
    x = picture()
    y = layers.LayerNormalization()(layers.Conv2D(8, 4, 4)(layers.Rescaling(1 / 255)(x)))
    y = y + layers.Dense(8)(
        layers.Dense(32, "gelu")(layers.LayerNormalization()(layers.DepthwiseConv2D(7, padding="same")(y)))
    )
    return keras.Model(
        x, layers.Dense(3, "softmax")(layers.LayerNormalization()(layers.GlobalAveragePooling2D()(y)))
    )


def residual() -> keras.Model:
    x = picture()
    y = body(x)
    z = layers.BatchNormalization()(layers.SeparableConv2D(8, 3, padding="same", activation="swish")(y))
    return keras.Model(x, head(layers.Add()([y, z])))


@contextmanager
def policy(name: str) -> Any:
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(name)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def in_dtype(name: str) -> keras.Model:
    with policy(name):
        x = picture()
        y = layers.GlobalAveragePooling2D()(layers.BatchNormalization()(body(x)))
        return keras.Model(x, layers.Dense(5, "softmax", dtype=None if name == "float16" else "float32")(y))


def all_half() -> keras.Model:
    with policy("mixed_float16"):
        return plain(5)


def activation_in_float32() -> keras.Model:
    """As the guide to mixed precision ends a model."""
    with policy("mixed_float16"):
        x = picture()
        logits = layers.Dense(4)(layers.GlobalAveragePooling2D()(body(x)))
        return keras.Model(x, layers.Activation("softmax", dtype="float32")(logits))


@keras.saving.register_keras_serializable("shop")
class Agreement(keras.metrics.Mean):  # type: ignore[misc]  # Keras has no types
    pass


@keras.saving.register_keras_serializable("shop")
class Falling(keras.optimizers.schedules.LearningRateSchedule):  # type: ignore[misc]
    def __call__(self, step: Any) -> Any:
        return 0.01 / (1 + ops.cast(step, "float32"))

    def get_config(self) -> dict[str, Any]:
        return {}


@keras.saving.register_keras_serializable("shop")
class Small(keras.regularizers.Regularizer):  # type: ignore[misc]
    def __call__(self, x: Any) -> Any:
        return 0.001 * ops.sum(ops.square(x))

    def get_config(self) -> dict[str, Any]:
        return {}


@keras.saving.register_keras_serializable("shop")
class Tiny(keras.initializers.Initializer):  # type: ignore[misc]
    def __call__(self, shape: Any, dtype: Any = None) -> Any:
        return 0.01 * keras.random.normal(shape, dtype=dtype)

    def get_config(self) -> dict[str, Any]:
        return {}


@keras.saving.register_keras_serializable("shop")
class Twice(keras.layers.Layer):  # type: ignore[misc]
    def call(self, x: Any) -> Any:
        return 2 * x


def compiled(**options: Any) -> keras.Model:
    model = plain()
    model.compile(**{"loss": "sparse_categorical_crossentropy", **options})
    return model


def compiled_within() -> keras.Model:
    """A model in a model that was compiled by itself before."""
    x = picture()
    return keras.Model(x, layers.Dense(3, "softmax")(compiled(metrics=[Agreement()])(x)))


def trained_with_own_parts() -> keras.Model:
    x = picture()
    y = layers.Conv2D(4, 3, kernel_regularizer=Small(), kernel_initializer=Tiny())(
        layers.Rescaling(1 / 255)(x)
    )
    return keras.Model(x, head(y))


def two_inputs() -> keras.Model:
    x, y = picture(), picture()
    return keras.Model([x, y], head(body(layers.Add()([x, y]))))


def two_outputs() -> keras.Model:
    x = picture()
    return keras.Model(x, [head(body(x)), head(body(x))])


def grey(values: Array) -> Array:
    return values @ np.array([[0.299], [0.587], [0.114]])


def rgba(values: Array) -> Array:
    return np.concatenate([values, np.full_like(values[..., :1], 255)], axis=-1)


CAFFE_MEAN = np.array((103.939, 116.779, 123.68))
MEAN, STD = np.array((0.5, 0.4, 0.3)), np.array((0.2, 0.3, 0.4))

ZOO: Mapping[str, Animal] = {
    # structures
    "functional": Animal(plain),
    "sequential": Animal(
        lambda: sequential(layers.Conv2D(4, 3), layers.Flatten(), layers.Dense(3, "softmax")), exact=False
    ),
    "lists": Animal(lambda: structured(lambda x: [x], lambda y: [y])),
    "tuples": Animal(lambda: structured(lambda x: (x,), lambda y: (y,))),
    "dict of the output": Animal(lambda: structured(as_it_is, lambda y: {"probs": y})),
    "dict of the input": Animal(lambda: structured(lambda x: {"photo": x}, lambda y: [y])),
    "both nested": Animal(lambda: structured(lambda x: {"photo": [x]}, lambda y: [{"probs": y}])),
    "of a sequential": Animal(lambda: of_sequential(as_it_is), exact=False),
    "of a sequential as a dict": Animal(lambda: of_sequential(lambda y: {"probs": y[0]}), exact=False),
    # architectures
    "transfer learning": Animal(transferred, {"preprocessing": "tf"}, given=lambda x: x / 127.5 - 1),
    "transfer learning with its own preprocessing": Animal(lambda: transferred(own=True)),
    "augmentation": Animal(augmented),
    "normalisation": Animal(normalised),
    "transformer": Animal(transformer, exact=False),
    "ConvNeXt": Animal(convnext, exact=False),
    "residual": Animal(residual),
    "flattened": Animal(
        lambda: headed(lambda x: layers.Dense(3, "softmax")(layers.Flatten()(x))), exact=False
    ),
    "maximum": Animal(
        lambda: headed(lambda x: layers.Dense(3, "softmax")(layers.GlobalMaxPooling2D()(x))), exact=False
    ),
    "convolution as the head": Animal(
        lambda: headed(lambda x: layers.Softmax()(layers.GlobalAveragePooling2D()(layers.Conv2D(3, 1)(x)))),
        exact=False,
    ),
    "positions are left": Animal(
        lambda: headed(
            lambda x: layers.Conv2D(3, 1, activation="softmax")(
                layers.GlobalAveragePooling2D(keepdims=True)(x)
            )
        ),
        means=lambda y: y.reshape(len(y), -1),
    ),
    "normalisation after pooling": Animal(
        lambda: headed(
            lambda x: layers.Dense(3, "softmax")(
                layers.BatchNormalization()(layers.GlobalAveragePooling2D()(x))
            )
        ),
        exact=False,
    ),
    "takes bytes": Animal(
        lambda: keras.Model(x := picture(dtype="uint8"), head(body(ops.cast(x, "float32"))))
    ),
    # number formats
    "mixed_float16": Animal(lambda: in_dtype("mixed_float16"), tolerance=0.005),
    "mixed_bfloat16": Animal(lambda: in_dtype("mixed_bfloat16"), tolerance=0.005),
    "float16": Animal(lambda: in_dtype("float16"), tolerance=0.005),
    "bfloat16": Animal(lambda: in_dtype("bfloat16"), tolerance=0.005),
    "float64": Animal(lambda: in_dtype("float64")),
    "half to the end": Animal(all_half, tolerance=0.005),
    "half but for the softmax": Animal(activation_in_float32, tolerance=0.005),
    "a cast in it": Animal(
        lambda: headed(lambda x: head(ops.cast(ops.cast(x, "float16"), dtype="float32"))), tolerance=0.005
    ),
    "a layer named like a format": Animal(
        lambda: headed(lambda x: head(layers.Conv2D(8, 1, name="float16")(x)))
    ),
    # what only training needs
    "metric": Animal(lambda: compiled(metrics=[Agreement()])),
    "schedule": Animal(lambda: compiled(optimizer=keras.optimizers.SGD(Falling()))),
    "lambda as the loss": Animal(lambda: compiled(loss=lambda y, p: ops.mean(ops.square(y - p)))),
    "compiled within": Animal(compiled_within, exact=False),
    "own regularizer and initializer": Animal(trained_with_own_parts),
    # preprocessing
    "rescale": Animal(lambda: plain(scale=False), {"scale": "0..1"}, given=lambda x: x / 255),
    "-1..1": Animal(lambda: plain(scale=False), {"scale": "-1..1"}, given=lambda x: x / 127.5 - 1),
    "caffe": Animal(
        lambda: plain(scale=False), {"preprocessing": "caffe"}, given=lambda x: x[..., ::-1] - CAFFE_MEAN
    ),
    "mean and deviation": Animal(
        lambda: plain(scale=False),
        {"scale": "0..1", "mean": [*MEAN], "std": [*STD]},
        given=lambda x: (x / 255 - MEAN) / STD,
    ),
    "BGR minus a mean": Animal(
        lambda: plain(scale=False), {"channels": "bgr", "mean": [120]}, given=lambda x: x[..., ::-1] - 120
    ),
    # heads
    "one sigmoid": Animal(lambda: plain(1, "sigmoid"), means=pair),
    "one logit": Animal(lambda: plain(1, None), {"output": "logits"}, means=lambda y: pair(sigmoid(y))),
    "logits": Animal(lambda: plain(3, None), {"output": "logits"}, means=softmax),
    "several sigmoids": Animal(lambda: plain(4, "sigmoid"), independent=True),
    "several logits": Animal(
        lambda: plain(4, None), {"output": "logits", "independent": True}, means=sigmoid, independent=True
    ),
    # shapes
    "grey": Animal(lambda: keras.Model(x := picture(SIZE, SIZE, 1), head(body(x))), given=grey),
    "grey of 0..1": Animal(
        lambda: keras.Model(x := picture(28, 28, 1), layers.Dense(3, "softmax")(layers.Flatten()(x))),
        {"scale": "0..1"},
        given=lambda x: grey(x[:, :28, :28]) / 255,
        exact=False,
    ),
    "alpha": Animal(lambda: keras.Model(x := picture(SIZE, SIZE, 4), head(body(x))), given=rgba),
    "any size": Animal(lambda: keras.Model(x := picture(None, None, 3), head(body(x))), {"input_size": SIZE}),
    "not square": Animal(
        lambda: keras.Model(x := picture(32, 20, 3), head(body(x))), given=lambda x: x[:, :, :20]
    ),
    # refused
    "two inputs": Animal(two_inputs, refused="takes 2 inputs: it must take one, the picture"),
    "two outputs": Animal(two_outputs, refused="gives 2 outputs: it must give one, the probabilities"),
    "own layer": Animal(
        lambda: keras.Model(x := picture(), head(body(Twice()(x)))),
        refused="a part Twice of shop: only layers of Keras",
    ),
    "lambda": Animal(
        lambda: keras.Model(x := picture(), head(body(layers.Lambda(lambda y: y / 255, name="to_one")(x)))),
        refused="has a Lambda layer called 'to_one', which is code",
    ),
    "any size without a size": Animal(
        lambda: keras.Model(x := picture(None, None, 3), head(body(x))), refused='such as {"input_size": 224}'
    ),
    "any height": Animal(
        lambda: keras.Model(x := picture(None, 48, 3), head(body(x))), refused="it must take one picture"
    ),
    "another size": Animal(
        plain, {"input_size": 64}, refused="takes 32 x 32 pixels, but card.json has input_size 64"
    ),
    "channels first": Animal(
        lambda: keras.Model(x := picture(3, 32, 32), layers.Dense(3)(layers.Flatten()(x))),
        refused="the channels last",
    ),
    "mean of too many": Animal(
        plain, {"mean": [1, 2]}, refused="mean has 2 numbers, but the model takes 3 channels"
    ),
    "grey as caffe": Animal(
        lambda: keras.Model(x := picture(SIZE, SIZE, 1), head(body(x))),
        {"preprocessing": "caffe"},
        refused="caffe is for three channels, but the model takes 1",
    ),
    "one softmax": Animal(
        lambda: plain(1, "softmax"), refused="one softmax of one class, which names nothing"
    ),
    "a number": Animal(lambda: plain(1, None), refused='"output": "logits".*end the model with a sigmoid'),
    "unsaid logits": Animal(lambda: plain(3, None), refused='If they are logits, write .*"output": "logits"'),
    "rectified": Animal(lambda: plain(3, "relu"), refused="otherwise end the model with a softmax"),
    "a softmax called logits": Animal(
        plain, {"output": "logits"}, refused="ends with a softmax, but card.json says"
    ),
    "a map": Animal(
        lambda: headed(lambda x: layers.Conv2D(3, 1, activation="softmax")(x)),
        refused=r"shape \(None, 8, 8, 3\): it must be",
    ),
    "diverged": Animal(lambda: diverged(), refused="returns values that are no numbers"),
}


def diverged() -> keras.Model:
    model = plain()
    model.set_weights([np.full_like(weight, np.nan) for weight in model.get_weights()])
    return model


def settle(model: keras.Model) -> None:
    """Gives untrained weights values that make the answers differ between pictures."""
    rng = np.random.default_rng(5)
    for weight in model.trainable_weights:
        name = weight.path.rpartition("/")[2]
        if name in ("kernel", "bias"):
            spread = 1.5 / np.sqrt(max(np.prod(weight.shape[:-1]), 1)) if name == "kernel" else 0.3
            weight.assign(rng.normal(0, spread, weight.shape))
