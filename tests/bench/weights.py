"""Weights for both servers. What they say does not matter here; that they are the same does."""

from pathlib import Path

from paishi.models.catalogue import find_backbone
from paishi.settings import Settings


def published_weights(model: str) -> Path | None:
    """The real weights of `model` where Keras's cache has them; nothing is downloaded."""
    file = Settings.model_validate({}).keras_home / "models" / find_backbone(model).weights.file
    return file if file.is_file() else None


def write_random_weights(model: str, file: Path) -> Path:
    """Writes `file` (.weights.h5) for the architecture of `model`, the same at every call.

    Imports TensorFlow: call it in a process of its own.
    """
    from paishi.models.keras.build import build_published
    from paishi.models.keras.imports import keras

    keras.utils.set_random_seed(0)
    build_published(find_backbone(model)).save_weights(file)
    return file
