"""The folder of the trained model."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from paishi.recognition.labels import Label
from paishi.training.errors import TrainingRefused

_OURS = {"model.keras", "card.json", "labels.json"}


def need_usable(target: Path) -> None:
    """Raises TrainingRefused unless `target` is free, or has a trained model that can be replaced."""
    if target.is_dir():
        inside = {entry.name for entry in target.iterdir()}
        if inside and not inside >= _OURS:
            raise TrainingRefused(f"--to {target} has other files in it: name a new folder.")
    elif target.exists():
        raise TrainingRefused(f"--to {target} is a file: name a folder.")


def label_rows(labels: Sequence[Label]) -> list[dict[str, Any]]:
    """The content of `labels.json`."""
    return [{"id": one.id, "label": one.label, "name": {"en": one.en, "zh": one.zh}} for one in labels]
