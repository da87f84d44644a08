"""The formats, as data, and what each needs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from importlib.util import find_spec
from types import MappingProxyType

from paishi.export.errors import ExportRefused

FP32, FP16, INT8 = "fp32", "fp16", "int8"

_ONNX = {"tf2onnx": "tf2onnx", "onnx": "onnx", "onnxruntime": "onnxruntime"}


@dataclass(frozen=True, slots=True)
class Format:
    """A format; `packages` are names for pip, beside Keras's, by the module that each brings.

    `examples` are files of `paishi/export/examples`, without their last suffix.
    """

    name: str
    packages: Mapping[str, str] = field(default_factory=dict)
    examples: Sequence[str] = ()


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        one.name: one
        for one in (
            Format("saved-model", {}, ("saved-model-run.py", "tensorflow-serving.sh")),
            Format("onnx", _ONNX, ("onnx-run.py", "onnx-node.mjs")),
            Format("onnx-wechat", _ONNX, ("mini-program.js",)),
            Format("litert", {"ai_edge_litert": "ai-edge-litert"}, ("litert-run.py", "android.kt")),
            Format("openvino", {}, ("openvino-run.py",)),
            Format("coreml", {"coremltools": "coremltools"}, ("ios.swift",)),
            Format("tfjs", {}, ("tfjs-node.mjs", "browser.html")),
            Format("keras", {}, ("keras-run.py",)),
        )
    }
)
"""Every format by its name."""


def find_formats(names: Iterable[str]) -> tuple[Format, ...]:
    """Returns the formats `names`, each once, in the table's order.

    Raises ExportRefused, which suggests the nearest name.
    """
    wanted = [name.strip().lower() for name in names]
    for name in wanted:
        if name not in FORMATS:
            near = get_close_matches(name, FORMATS, n=1)
            hint = f"Did you mean {near[0]}?" if near else f"Formats are {', '.join(FORMATS)}."
            raise ExportRefused(f"There is no format called {name!r}. {hint}", 2)
    return tuple(one for one in FORMATS.values() if one.name in wanted)


def need_packages(formats: Iterable[Format]) -> None:
    """Raises ExportRefused, with the line for pip, unless what `formats` need beside Keras is installed."""
    missing = {
        requirement: one.name
        for one in formats
        for module, requirement in one.packages.items()
        if not find_spec(module)
    }
    if missing:
        wants = " and ".join(dict.fromkeys(missing.values()))
        raise ExportRefused(
            f"--to {wants} needs what is not installed here: pip install {' '.join(missing)} (the extra "
            "`export` has all of them).",
            2,
        )
