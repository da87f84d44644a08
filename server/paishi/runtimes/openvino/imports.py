"""Imports OpenVINO without its telemetry and its converter. Nothing else in this package imports it.

Importing `openvino` writes an identifier into the user's home and sends an event; conversion and NNCF send
more. None of them does so if the package `openvino_telemetry` cannot be imported, which also makes the import
a quarter faster. The converter, which only conversions need, would take a third of what is left.
"""

import logging
import sys
from collections.abc import Callable
from typing import Any

from paishi.system.importing import hidden

__all__ = ["convert_model", "ov", "paddle_operation"]

sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]  # makes its import fail

with hidden("openvino.tools.ovc"):
    import openvino as ov
    import openvino.passes  # a part of `ov`, once imported

# The first call in a process fills a table, and OpenVINO 2026.4 hangs for good if two threads make it at
# once. Only one thread imports a module.
ov.Type.u8.to_dtype()


def convert_model(function: Any) -> Any:
    """Returns TensorFlow's concrete `function` as an `openvino.Model`. Raises as OpenVINO does.

    OpenVINO raises the log's level meanwhile and, if it refuses the model, leaves it so.
    """
    from openvino.tools.ovc import convert_model as convert

    level = logging.getLogger().level
    try:
        return convert(function)
    finally:
        logging.getLogger().setLevel(level)


def paddle_operation(name: str, convert: Callable[[Any], dict[str, list[Any]]]) -> Any:
    """Returns an extension for `Core.add_extension`: `convert` makes nodes of Paddle's operation `name`."""
    from openvino.frontend.paddle import ConversionExtension  # a library of its own, which few models need

    return ConversionExtension(name, convert)
