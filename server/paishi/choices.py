"""Literals that settings take, apart from what they choose: importing this loads nothing else."""

from typing import Literal

Fit = Literal["crop", "squash", "both"]
"""How a photo is brought to the model's input size."""

Precision = Literal["fp32", "bf16", "int8"]
"""Number format that a model calculates with."""

RuntimeChoice = Literal["auto", "openvino", "tensorflow"]
