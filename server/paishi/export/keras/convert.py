"""Writes a Keras model in other formats; `run.py` runs this as a process.

`python -m paishi.export.keras.convert REQUEST`, the path of a file with a `Request`. The served form of the
model is built once for all formats, and its probabilities for the views are the reference of the comparison.
"""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from paishi.export.errors import ExportRefused
from paishi.export.full_disk import named_full_disk
from paishi.export.keras.writers import WRITERS, Served
from paishi.export.request import Request
from paishi.models.catalogue import find_backbone
from paishi.models.custom.build import build_custom
from paishi.models.custom.card import Card
from paishi.models.errors import ModelError
from paishi.models.keras.build import build_served, traced
from paishi.models.keras.imports import keras, tf
from paishi.system.child_process import answer_parent

_BATCH = 16


def export(request: Request) -> dict[str, Any]:
    """Writes the formats of `request` and `expected.npy` into its folder `work`.

    Returns whether the classes are independent, and the artifacts. Raises ExportRefused and the errors of
    building the model.
    """
    work = Path(request.work)
    model, is_independent = _build(request)
    views = np.load(work / "views.npy", mmap_mode="r")
    graph = traced(model)
    batches = range(0, len(views), _BATCH)
    expected = [np.asarray(graph(tf.constant(views[start : start + _BATCH]))) for start in batches]
    np.save(work / "expected.npy", np.concatenate(expected))
    served = Served(model, request, Path(request.folder), work)
    artifacts = [artifact for name in request.formats for artifact in WRITERS[name](served)]
    return {"independent": is_independent, "artifacts": artifacts}


def _build(request: Request) -> tuple[keras.Model, bool]:
    if request.card:
        return build_custom(Path(request.file), Card.model_validate_json(request.card))
    return build_served(find_backbone(request.model), Path(request.file)), False


def main(request: str) -> dict[str, Any]:
    found = Request.from_json(json.loads(Path(request).read_text(encoding="utf-8")))
    with named_full_disk(Path(found.folder).parent):
        return export(found)


if __name__ == "__main__":
    assert issubclass(ExportRefused, ModelError)
    answer_parent(main, sys.argv[1:], ModelError)
