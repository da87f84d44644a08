"""The one place that imports OpenVINO: without the usage reports that it sends to its makers.

Merely importing `openvino` writes an identifier into the user's home and sends an event, conversion and
NNCF send more; all of them go without where the package `openvino_telemetry` cannot be imported. The import
is then a quarter faster, too.
"""

import sys

__all__ = ["ov"]

sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]  # what `import` then refuses

import openvino as ov  # noqa: E402

# Only the first call in a process fills a table, and where two threads make it at the same time OpenVINO
# 2026.4 hangs for good. A module is imported by one thread.
ov.Type.u8.to_dtype()
