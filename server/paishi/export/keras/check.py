"""Loads TensorFlow's formats again and compares them with the original; `run.py` runs this as a process.

`python -m paishi.export.keras.check FOLDER WORK ARTIFACT...`: one process for all of them, since it takes
TensorFlow seconds to start.
"""

import json
import sys
from pathlib import Path

import numpy as np

from paishi.export.check import Run, compare
from paishi.export.request import Artifact
from paishi.models.errors import ModelError
from paishi.models.keras.build import traced
from paishi.models.keras.imports import keras, tf
from paishi.system.child_process import answer_parent


def _load(file: Path, artifact: Artifact) -> Run:
    if artifact.format == "keras":
        graph = traced(keras.saving.load_model(str(file)))
        return lambda view: np.asarray(graph(tf.constant(view)))
    infer = tf.saved_model.load(str(file)).signatures["serving_default"]
    return lambda view: np.asarray(infer(**{artifact.input: tf.constant(view)})[artifact.output])


def main(folder: str, work: str, *artifacts: str) -> list[dict[str, float | int]]:
    found = [Artifact(*json.loads(artifact)) for artifact in artifacts]
    return [compare(_load(one.at(Path(folder)), one), Path(work)) for one in found]


if __name__ == "__main__":
    answer_parent(main, sys.argv[1:], ModelError)
