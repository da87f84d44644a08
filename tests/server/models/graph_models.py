"""Small models in ONNX and in Paddle's format, with the answers of the frameworks that wrote them.

`fixtures/make.py` made them. They take 16 x 16 pixels and return three classes, or two. This module needs
NumPy alone, because the other frameworks import it as well.
"""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

FIXTURES = Path(__file__).parent / "fixtures"
SIZE = 16
LABELS = ("ant", "bee", "cat")


def pictures() -> NDArray[np.uint8]:
    """Four pictures (4, 16, 16, 3) uint8 RGB: plain colours and patterns."""
    rows, columns, channels = np.indices((SIZE, SIZE, 3))
    found = [
        np.full((SIZE, SIZE, 3), (230, 40, 10)),
        np.full((SIZE, SIZE, 3), (20, 90, 240)),
        16 * rows + channels,
        (rows * rows * 7 + columns * 31 + channels * 80) % 256,
    ]
    return np.stack(found).astype(np.uint8)


def torch_values(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """`rgb` (n, size, size, 3) as a model of PyTorch or Paddle takes it: float32 (n, 3, size, size)."""
    scaled = (rgb / 255 - (0.485, 0.456, 0.406)) / (0.229, 0.224, 0.225)
    return scaled.transpose(0, 3, 1, 2).astype(np.float32)


def answers(name: str) -> NDArray[np.float32]:
    """Probabilities (4, classes) that the framework gave for `pictures()`."""
    return np.array(json.loads((FIXTURES / name / "answers.json").read_text()), np.float32)


def graph_folder(
    folder: Path, name: str, labels: Sequence[str] | None = LABELS, card: dict[str, Any] | None = None
) -> Path:
    """Copies the fixture `name` into `folder`, as an operator would lay it out."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in (FIXTURES / name).iterdir():
        if file.name != "answers.json":
            shutil.copy(file, folder)
    if labels is not None:
        (folder / "labels.json").write_text(json.dumps(labels))
    if card is not None:
        (folder / "card.json").write_text(json.dumps(card))
    return folder
