"""Loads an export with its own runtime and compares it with the original; `run.py` runs this as a process.

`python -m paishi.export.check ARTIFACT FILE WORK`: an `Artifact` in JSON, its path, and the folder with the
views and the original's probabilities for them; a fourth argument "reference" writes these, of a model that
only OpenVINO runs. TensorFlow's formats: `paishi.export.keras.check`.
"""

import json
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from paishi.export.request import Artifact
from paishi.models.errors import ModelError
from paishi.system.child_process import answer_parent

Run = Callable[[NDArray[np.uint8]], NDArray[np.float32]]
"""Takes a view (1, height, width, 3) and returns its probabilities, (1, classes) or (classes,)."""

_TIE = 1e-4
"""Two classes whose probabilities differ by less are equal: either may come first."""

Load = Callable[[Path, Artifact], Run]


def compare(run: Run, work: Path) -> dict[str, float | int]:
    """Runs the views one by one.

    Returns the largest difference of a probability, on how many of the `photos` the first name is the same,
    and the median of the milliseconds.
    """
    views, expected = np.load(work / "views.npy", mmap_mode="r"), np.load(work / "expected.npy")
    run(np.ascontiguousarray(views[:1]))  # the first run allocates
    rows, times = [], []
    for number in range(len(views)):
        view = np.ascontiguousarray(views[number : number + 1])
        start = time.perf_counter()
        rows.append(np.asarray(run(view)).reshape(-1))
        times.append(time.perf_counter() - start)
    if any(len(row) != expected.shape[1] for row in rows):
        return {"difference": 1.0, "same": 0, "photos": len(views), "ms": 0.0}
    found = np.stack(rows)
    named = np.take_along_axis(expected, found.argmax(axis=1)[:, None], axis=1)[:, 0]
    return {
        "difference": float(np.nan_to_num(np.abs(found - expected), nan=1.0).max()),
        "same": int((named >= expected.max(axis=1) - _TIE).sum()),
        "photos": len(views),
        "ms": 1000 * float(np.median(times)),
    }


def _onnx(file: Path, artifact: Artifact) -> Run:
    import onnxruntime

    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])

    def run(view: NDArray[np.uint8]) -> NDArray[np.float32]:
        pixels: Any = view
        if artifact.layout == "NCHW":
            pixels = np.ascontiguousarray(view.transpose(0, 3, 1, 2), artifact.dtype)
        [probabilities] = session.run([artifact.output], {artifact.input: pixels})
        return np.asarray(probabilities)

    return run


def _litert(file: Path, artifact: Artifact) -> Run:
    from ai_edge_litert.interpreter import Interpreter

    infer = Interpreter(str(file)).get_signature_runner("serving_default")
    return lambda view: np.asarray(infer(**{artifact.input: view})[artifact.output])


def _openvino(file: Path, artifact: Artifact) -> Run:
    from paishi.runtimes.openvino.runtime import compiled, read_model, runner

    return runner(compiled(read_model(file), "fp32", threads=0, streams=1))


LOADERS: Mapping[str, Load] = MappingProxyType(
    {"onnx": _onnx, "onnx-wechat": _onnx, "litert": _litert, "openvino": _openvino}
)


def _write_reference(xml: Path, run: Run, work: Path) -> dict[str, bool]:
    from paishi.runtimes.openvino.model_file import is_independent
    from paishi.runtimes.openvino.runtime import read_model

    views = np.load(work / "views.npy", mmap_mode="r")
    np.save(work / "expected.npy", np.concatenate([run(np.ascontiguousarray(view[None])) for view in views]))
    return {"independent": is_independent(read_model(xml))}


def main(artifact: str, file: str, work: str, purpose: str = "compare") -> Mapping[str, float]:
    found = Artifact(*json.loads(artifact))
    run = LOADERS[found.format](Path(file), found)
    if purpose == "reference":
        return _write_reference(Path(file), run, Path(work))
    return compare(run, Path(work))


if __name__ == "__main__":
    answer_parent(main, sys.argv[1:], ModelError)
