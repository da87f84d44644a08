"""The architecture of EfficientNet-Lite 0 to 2 as data, and the names of its published arrays.

Source: https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite. Compared with
EfficientNet, it has no squeeze-and-excitation, ReLU6 instead of swish, a stem and a head of fixed width, and
a first and last stage of fixed depth.
"""

from collections.abc import Iterator, Mapping, Sequence
from math import ceil
from typing import NamedTuple

STEM_CHANNELS = 32
HEAD_CHANNELS = 1280
CLASSES = 1000
BATCH_NORM_EPSILON = 1e-3
MEAN, SCALE = 127.0, 128.0
"""Preprocessing of RGB pixels of 0..255: (pixel - MEAN) / SCALE."""


class Block(NamedTuple):
    """An inverted residual block: 1x1 expansion (none if `expansion` is 1), depthwise, 1x1 projection."""

    name: str
    arrays: str
    """First part of its arrays' names in the published file."""
    kernel: int
    stride: int
    inputs: int
    expansion: int
    outputs: int

    @property
    def channels(self) -> int:
        """Channels of the depthwise convolution."""
        return self.inputs * self.expansion

    @property
    def has_shortcut(self) -> bool:
        return self.stride == 1 and self.inputs == self.outputs


class _Stage(NamedTuple):
    repeats: int
    kernel: int
    stride: int
    expansion: int
    outputs: int


_STAGES = (
    _Stage(1, 3, 1, 1, 16),
    _Stage(2, 3, 2, 6, 24),
    _Stage(2, 5, 2, 6, 40),
    _Stage(3, 3, 2, 6, 80),
    _Stage(3, 5, 1, 6, 112),
    _Stage(4, 5, 2, 6, 192),
    _Stage(1, 3, 1, 6, 320),
)
_SCALING: Mapping[str, tuple[float, float]] = {
    "EfficientNetLite0": (1.0, 1.0),
    "EfficientNetLite1": (1.0, 1.1),
    "EfficientNetLite2": (1.1, 1.2),
}
"""Factors of width and depth."""


def blocks(name: str) -> Sequence[Block]:
    """The blocks of the model `name` between stem and head."""
    width, depth = _SCALING[name]
    found: list[Block] = []
    inputs = STEM_CHANNELS
    for number, stage in enumerate(_STAGES, 1):
        is_fixed = number in (1, len(_STAGES))
        outputs = _rounded(stage.outputs * width)
        for repeat in range(stage.repeats if is_fixed else ceil(stage.repeats * depth)):
            stride = 1 if repeat else stage.stride
            found.append(
                Block(
                    f"block{number}{chr(ord('a') + repeat)}_",
                    f"_blocks.{len(found)}.",
                    stage.kernel,
                    stride,
                    inputs,
                    stage.expansion,
                    outputs,
                )
            )
            inputs = outputs
    return found


def _rounded(channels: float) -> int:
    """To a multiple of 8, and not down by more than a tenth."""
    rounded = max(8, int(channels + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * channels else rounded


def layer_names(name: str) -> Iterator[str]:
    """Yields the names of all layers, as in Keras's EfficientNet."""
    yield "input"
    yield from _unit("stem_")
    for block in blocks(name):
        if block.expansion > 1:
            yield from _unit(f"{block.name}expand_")
        yield from (f"{block.name}{part}" for part in ("dwconv", "bn", "activation"))
        yield from _unit(f"{block.name}project_", activated=False)
        if block.has_shortcut:
            yield from (f"{block.name}drop", f"{block.name}add")
    yield from _unit("top_")
    yield from ("avg_pool", "top_dropout", "predictions")


def _unit(name: str, activated: bool = True) -> Sequence[str]:
    names = [f"{name}conv", f"{name}bn"]
    return [*names, f"{name}activation"] if activated else names


def named_layers(name: str) -> Iterator[tuple[str, Sequence[str]]]:
    """Yields each layer with weights, named as in Keras's EfficientNet, and its published arrays in the order
    of Keras's weights."""
    yield from _normalised("stem_", "_conv_stem", "_bn0")
    for block in blocks(name):
        if block.expansion > 1:
            yield from _normalised(
                f"{block.name}expand_", f"{block.arrays}_expand_conv", f"{block.arrays}_bn0"
            )
        yield f"{block.name}dwconv", [f"{block.arrays}_depthwise_conv.weight"]
        yield f"{block.name}bn", of_normalisation(f"{block.arrays}_bn1")
        yield from _normalised(f"{block.name}project_", f"{block.arrays}_project_conv", f"{block.arrays}_bn2")
    yield from _normalised("top_", "_conv_head", "_bn1")
    yield "predictions", ["_fc.weight", "_fc.bias"]


def _normalised(layer: str, convolution: str, normalisation: str) -> Iterator[tuple[str, Sequence[str]]]:
    yield f"{layer}conv", [f"{convolution}.weight"]
    yield f"{layer}bn", of_normalisation(normalisation)


def of_normalisation(name: str) -> Sequence[str]:
    return [f"{name}.{array}" for array in ("weight", "bias", "running_mean", "running_var")]
