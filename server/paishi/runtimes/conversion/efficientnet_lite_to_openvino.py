"""Makes an OpenVINO model of EfficientNet-Lite's published arrays: in half a second, without TensorFlow."""

from pathlib import Path
from typing import Any

import numpy as np

from paishi.models.efficientnet_lite import (
    BATCH_NORM_EPSILON,
    MEAN,
    SCALE,
    Block,
    blocks,
    layer_names,
    of_normalisation,
)
from paishi.models.weights.torch_file import Tensors, read_tensors
from paishi.runtimes.openvino.imports import ov
from paishi.runtimes.openvino.model_file import save_model, store_layer_names


def write_efficientnet_lite(name: str, size: int, weights: Path, xml: Path) -> None:
    """Writes `name` with its published `weights` to `xml` and a .bin beside it, in fp32, in the form of a
    converted model: (n, size, size, 3) uint8 RGB to (n, 1000) softmax. Raises WeightsCorrupt."""
    model = _model(name, size, read_tensors(weights))
    store_layer_names(model, list(layer_names(name)))
    save_model(model, xml)


def _model(name: str, size: int, tensors: Tensors) -> Any:
    ops = ov.opset13
    pixels = ops.parameter(ov.PartialShape([-1, size, size, 3]), np.uint8, name="rgb")
    x = ops.convert(pixels, np.float32)
    x = ops.divide(ops.subtract(x, np.float32(MEAN)), np.float32(SCALE))
    x = ops.transpose(x, np.array([0, 3, 1, 2]))
    x = _convolution(x, tensors, "_conv_stem", "_bn0", stride=2)
    for block in blocks(name):
        x = _block(x, tensors, block)
    x = _convolution(x, tensors, "_conv_head", "_bn1")
    x = ops.reduce_mean(x, np.array([2, 3]), keep_dims=False)
    x = ops.matmul(x, np.ascontiguousarray(tensors["_fc.weight"].T), False, False)
    x = ops.add(x, tensors["_fc.bias"][None])
    return ov.Model([ops.softmax(x, axis=1)], [pixels], name)


def _block(x: Any, tensors: Tensors, block: Block) -> Any:
    inputs = x
    if block.expansion > 1:
        x = _convolution(x, tensors, f"{block.arrays}_expand_conv", f"{block.arrays}_bn0")
    x = _convolution(
        x,
        tensors,
        f"{block.arrays}_depthwise_conv",
        f"{block.arrays}_bn1",
        block.stride,
        groups=block.channels,
    )
    x = _convolution(x, tensors, f"{block.arrays}_project_conv", f"{block.arrays}_bn2", activated=False)
    return ov.opset13.add(x, inputs) if block.has_shortcut else x


def _convolution(
    x: Any,
    tensors: Tensors,
    convolution: str,
    normalisation: str,
    stride: int = 1,
    groups: int = 1,
    activated: bool = True,
) -> Any:
    """A convolution with its batch normalisation folded into kernel and bias."""
    ops = ov.opset13
    scale, shift, mean, variance = (tensors[array] for array in of_normalisation(normalisation))
    factor = scale / np.sqrt(variance + BATCH_NORM_EPSILON)
    bias = shift - mean * factor
    kernel = tensors[f"{convolution}.weight"] * factor[:, None, None, None]
    operation = ops.convolution
    if groups > 1:
        operation, kernel = ops.group_convolution, kernel[:, None]  # (group, out, in, height, width)
    x = operation(x, kernel, [stride] * 2, [0, 0], [0, 0], [1, 1], auto_pad="same_upper")
    x = ops.add(x, bias[None, :, None, None])
    return ops.clamp(x, 0.0, 6.0) if activated else x
