"""Imports OpenVINO without its telemetry. Nothing else in this package imports it.

Importing `openvino` writes an identifier into the user's home and sends an event; conversion and NNCF send
more. None of them does so if the package `openvino_telemetry` cannot be imported, which also makes the import
a quarter faster.
"""

import sys

__all__ = ["ov"]

sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]  # makes its import fail

import openvino as ov  # noqa: E402

# The first call in a process fills a table, and OpenVINO 2026.4 hangs for good if two threads make it at
# once. Only one thread imports a module.
ov.Type.u8.to_dtype()
