"""TensorFlow.js: its converter wants older packages than Keras here, so it has an environment of its own."""

import json
import os
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from paishi.export.errors import ExportRefused
from paishi.system.atomic_write import whole_folder
from paishi.system.child_process import without_secrets

_PYTHON = ("tensorflowjs==4.22.0", "ydf==0.11.0")
"""A newer ydf wants another protobuf than the TensorFlow 2.19 that this converter comes with."""
_NODE = ("@tensorflow/tfjs@4.22.0", "@tensorflow/tfjs-backend-wasm@4.22.0")
_CHECK = Path(__file__).with_name("tfjs_check.mjs")
_MB = 3000
_LIMIT_S = 3600
_LACKS = re.compile(r"Unsupported Ops in the model[^\n]*\n(.+)")
"""What the converter says of operations that TensorFlow.js lacks."""
_NEWEST = (3, 12)  # of TensorFlow 2.19


class Converter:
    """The converter below `cache`, made by `make` at first use; `say` gets a sentence before that.

    Where there is no Node.js, models are converted but not compared.
    """

    def __init__(self, cache: Path, say: Callable[[str], None]) -> None:
        self._folder = cache / "tfjs-4.22.0"
        self._say = say

    @property
    def _interpreter(self) -> Path:
        return self._folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")

    def make(self) -> None:
        """Makes the environment unless it is there. Raises ExportRefused with the commands; OSError."""
        if self._folder.is_dir():
            return
        if sys.version_info[:2] > _NEWEST:
            raise ExportRefused(
                "TensorFlow.js's converter needs Python 3.12 or older: run `paishi export` with one, or\n"
                f"{self._by_hand()}"
            )
        self._say(f"Installing TensorFlow.js's converter, once, about {_MB} MB, into {self._folder} …")
        with whole_folder(self._folder) as folder:
            venv.create(folder, with_pip=True)
            python = folder / self._interpreter.relative_to(self._folder)
            self._install([str(python), "-m", "pip", "install", "--disable-pip-version-check", *_PYTHON])
            if npm := shutil.which("npm"):
                self._install([npm, "install", "--no-audit", "--no-fund", "--prefix", str(folder), *_NODE])

    def _install(self, command: Sequence[str]) -> None:
        done = _run(command)
        if done.returncode:
            raise ExportRefused(
                f"TensorFlow.js's converter cannot be installed: {_last_line(done)}\nBy hand:\n"
                f"{self._by_hand()}"
            )

    def _by_hand(self) -> str:
        return (
            f"  python3.12 -m venv {self._folder}\n"
            f"  {self._interpreter} -m pip install {' '.join(_PYTHON)}\n"
            f"  npm install --prefix {self._folder} {' '.join(_NODE)}"
        )

    def convert(self, saved_model: Path, target: Path, layers: Mapping[str, Sequence[str]]) -> None:
        """Writes `model.json` and the weights into `target`.

        Raises ExportRefused, which names the layers whose operations TensorFlow.js lacks; `layers` has those
        by the kind of operation.
        """
        done = _run(
            [
                *(str(self._interpreter), "-m", "tensorflowjs.converters.converter"),
                *("--input_format=tf_saved_model", "--output_format=tfjs_graph_model"),
                *("--signature_name=serving_default", "--saved_model_tags=serve"),
                *(str(saved_model), str(target)),
            ]
        )
        if lacks := _LACKS.search(done.stderr):
            operations = lacks[1].strip().split(", ")
            whose = dict.fromkeys(layer for kind in operations for layer in layers.get(kind, ()))
            raise ExportRefused(
                f"TensorFlow.js does not take {' and '.join(whose) or 'this model'}: it has no "
                f"{' or '.join(operations)}."
            )
        if done.returncode or not (target / "model.json").is_file():
            raise ExportRefused(f"TensorFlow.js does not take this model: {_last_line(done)}")

    def compare(self, folder: Path, work: Path) -> Mapping[str, Any] | None:
        """Runs the model in Node.js, as `paishi.export.check` does others; None without Node.js."""
        node = shutil.which("node")
        if node is None or not (self._folder / "node_modules").is_dir():
            return None
        done = _run([node, str(_CHECK), str(self._folder), str(folder), str(work)])
        if done.returncode:
            raise ExportRefused(f"TensorFlow.js cannot run the export: {_last_line(done)}")
        found: Mapping[str, Any] = json.loads(done.stdout.strip().rpartition("\n")[2])
        return found


def _run(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        env=without_secrets(os.environ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=_LIMIT_S,
    )


def _last_line(done: subprocess.CompletedProcess[str]) -> str:
    lines = [line.strip() for line in (done.stderr or done.stdout).splitlines() if line.strip()]
    errors = [line for line in lines if "rror" in line]
    return (errors or lines or [f"it ended with {done.returncode}"])[-1][:300]
