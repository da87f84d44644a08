"""What others need beside a model: labels, the form of input and output, an example to begin with."""

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from paishi import __version__
from paishi.export.formats import FORMATS
from paishi.export.request import Artifact
from paishi.models.backbone import Size, height_width
from paishi.models.custom.folder import write_json
from paishi.recognition.labels import Label, Labels
from paishi.recognition.on_device import INPUT, LABELS, MANIFEST

_BORDER = (1 - 224 / 256) / 2
"""Share of a photo that the examples cut off at each side, as `paishi.photo.fit` does."""


def write_labels(labels: Labels, artifacts: Sequence[Artifact], folder: Path) -> None:
    """Writes `labels.json` with both languages, also into a SavedModel, and a file of lines for each."""
    write_json(folder / LABELS, [_row(label) for label in labels.classes])
    for artifact in artifacts:
        if artifact.format == "saved-model":
            extra = artifact.at(folder) / "assets.extra"  # where TensorFlow expects what is not its own
            extra.mkdir()
            shutil.copyfile(folder / LABELS, extra / LABELS)
    for language in ("en", "zh"):
        lines = [getattr(label, language) for label in labels.classes]
        (folder / f"labels.{language}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _row(label: Label) -> dict[str, Any]:
    return {"id": label.id, "label": label.label, "name": {"en": label.en, "zh": label.zh}}


def write_input(
    model: str, size: Size, artifacts: Sequence[Artifact], is_independent: bool, labels: Labels, folder: Path
) -> None:
    """Writes `input.json`: how each file of the export takes a photo, and what it returns."""
    height, width = height_width(size)
    shapes = {"NHWC": [1, height, width, 3], "NCHW": [1, 3, height, width]}
    write_json(
        folder / INPUT,
        {
            "model": model,
            "photo": {
                "channels": "RGB",
                "range": [0, 255],
                "fit": "upright, the short side scaled to 256/224 of the input's, the centre cut out",
                "preprocessing": "none: it is inside the model",
            },
            "files": {
                artifact.path: {
                    "format": artifact.format,
                    "precision": artifact.precision,
                    "input": {
                        "name": artifact.input,
                        "shape": shapes[artifact.layout],
                        "layout": artifact.layout,
                        "dtype": artifact.dtype,
                    },
                    "output": {
                        "name": artifact.output,
                        "shape": [1, len(labels.classes)],
                        "dtype": "float32",
                    },
                }
                for artifact in artifacts
            },
            "output": {
                "meaning": "the probability of each class, in the order of labels.json",
                "independent": is_independent,
            },
        },
    )


def write_examples(model: str, size: Size, formats: Sequence[str], folder: Path) -> None:
    """Writes the examples of `formats`, filled in for this model."""
    height, width = height_width(size)
    values = {
        "@MODEL@": model,
        "@HEIGHT@": str(height),
        "@WIDTH@": str(width),
        "@BORDER@": f"{_BORDER:g}",
    }
    target = folder / "examples"
    target.mkdir()
    for name in dict.fromkeys(name for format in formats for name in FORMATS[format].examples):
        text = files("paishi.export").joinpath("examples", f"{name}.txt").read_text(encoding="utf-8")
        for mark, value in values.items():
            text = text.replace(mark, value)
        (target / name).write_text(text, encoding="utf-8")


def write_manifest(model: str, checks: Sequence[Mapping[str, Any]], folder: Path) -> None:
    """Writes `export.json`: what was compared, and size and SHA-256 of each file."""
    found = sorted(file for file in folder.rglob("*") if file.is_file())
    write_json(
        folder / MANIFEST,
        {
            "made_by": f"paishi {__version__}",
            "model": model,
            "checks": list(checks),
            "files": {
                file.relative_to(folder).as_posix(): {"bytes": file.stat().st_size, "sha256": _sha256(file)}
                for file in found
            },
        },
    )


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def is_export(folder: Path) -> bool:
    """Whether `folder` is an export, so that --force can replace it."""
    try:
        return "made_by" in json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError):
        return False
