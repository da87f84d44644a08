"""The literal types of settings, in a module that loads nothing."""

from typing import Literal

Fit = Literal["crop", "squash", "both"]
"""How a photo is brought to the model's input size."""

Precision = Literal["fp32", "bf16", "int8"]
"""Number format of a model's arithmetic."""

PrecisionChoice = Literal["auto", "fp32", "bf16", "int8"]
"""A precision, or the fastest whose predictions are known to stay the same."""

RuntimeChoice = Literal["auto", "openvino", "tensorflow"]
