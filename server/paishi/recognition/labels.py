"""Class names, read from `shared/labels/`."""

import json
from functools import cache
from pathlib import Path
from typing import NamedTuple

from paishi.system.packaged import packaged

LABELS = packaged("labels", "shared/labels")
"""In a checkout, server and mini-program share them."""


class Label(NamedTuple):
    """One class: its WordNet id, Keras's spelling, and its English and Chinese name."""

    id: str
    label: str
    en: str
    zh: str


class Labels(NamedTuple):
    """A named list of classes in the order of the model's outputs."""

    name: str
    classes: tuple[Label, ...]


def labels_file(name: str) -> Path:
    return LABELS / f"{name}.json"


@cache
def load_labels(name: str) -> Labels:
    """Reads `shared/labels/<name>.json`: an array of `{"id", "label", "name": {"en", "zh"}}`."""
    rows = json.loads(labels_file(name).read_text(encoding="utf-8"))
    return Labels(name, tuple(Label(row["id"], row["label"], **row["name"]) for row in rows))
