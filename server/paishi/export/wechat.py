"""Operators that `wx.createInferenceSession` runs.

Source: WeChat's documentation of AI inference (小程序 AI 推理), page 算子支持列表, column CPU. It names the
operators of WeChat's own engine: here are those of ONNX that they stand for.
"""

from collections.abc import Sequence
from typing import Any

from paishi.export.errors import ExportRefused

_ACTIVATION = ("Clip", "Elu", "HardSigmoid", "LeakyRelu", "PRelu", "Relu", "Sigmoid", "Softplus", "Tanh")
_BINARY = ("Add", "Div", "Max", "Min", "Mul", "Pow", "Sub")
_ELEMENT_WISE = ("Abs", "Ceil", "Erf", "Exp", "Floor", "Log", "Neg", "Reciprocal", "Round", "Sqrt")
_REDUCE = ("ReduceL2", "ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd", "ReduceSum")
_SHAPE = ("Expand", "Flatten", "Reshape", "Shape", "Slice", "Split", "Squeeze", "Transpose", "Unsqueeze")
_OTHERS = (
    *("ArgMax", "ArgMin", "AveragePool", "BatchNormalization", "Cast", "Concat", "Constant"),
    *("ConstantOfShape", "Conv", "ConvTranspose", "CumSum", "DepthToSpace", "Dropout", "GRU", "Gather"),
    *("GatherND", "Gemm", "GlobalAveragePool", "GlobalMaxPool", "InstanceNormalization", "LRN", "LSTM"),
    *("LpNormalization", "MatMul", "MaxPool", "OneHot", "Pad", "Range", "Resize", "Softmax"),
)
OPERATORS = frozenset((*_ACTIVATION, *_BINARY, *_ELEMENT_WISE, *_REDUCE, *_SHAPE, *_OTHERS))


def unsupported(model: Any) -> Sequence[str]:
    """Operators of `model`, an `onnx.ModelProto`, that WeChat does not list."""
    return sorted({node.op_type for node in model.graph.node} - OPERATORS)


def need_supported(model: Any) -> None:
    """Raises ExportRefused, which names the operators, unless WeChat lists all of `model`."""
    if missing := unsupported(model):
        raise ExportRefused(f"WeChat lists no operator {' or '.join(missing)}.")
