"""Small custom models, which distinguish red pictures from green ones."""

import json
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from paishi.models.keras.imports import keras


def red_or_green(size: int = 32, activation: str = "softmax", scale: bool = True) -> keras.Model:
    """Class 0 if a picture's mean is more red than green, otherwise class 1.

    Takes 0..255, or preprocessed values if not `scale`.
    """
    layers = [keras.layers.Rescaling(1 / 255)] if scale else []
    model = keras.Sequential(
        [
            keras.Input((size, size, 3)),
            *layers,
            keras.layers.Conv2D(3, 1, use_bias=False),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(2, activation=activation),
        ]
    )
    classifier = np.array([[10.0, -10.0], [-10.0, 10.0], [0.0, 0.0]])
    model.set_weights([np.eye(3).reshape(1, 1, 3, 3), classifier, np.zeros(2)])
    return model


def save(model: keras.Model, folder: Path) -> Path:
    """Writes `model.keras` into `folder`."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "__array__ implementation doesn't accept a copy keyword")
        model.save(folder / "model.keras")
    return folder / "model.keras"


def write_custom(
    folder: Path,
    model: keras.Model | None = None,
    labels: Sequence[object] = ("red", "green"),
    card: object | None = None,
) -> Path:
    """`folder` as an operator would lay it out."""
    folder.mkdir(parents=True, exist_ok=True)
    save(model or red_or_green(), folder)
    write_json(folder / "labels.json", labels)
    if card is not None:
        write_json(folder / "card.json", card)
    return folder


def write_json(file: Path, content: object) -> None:
    file.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def malicious(victim: Path) -> keras.Model:
    """A model that creates the file `victim` if its code runs."""
    picture = keras.Input((32, 32, 3))
    code = eval(f"lambda x: [x, __import__('pathlib').Path({str(victim)!r}).touch()][0]")
    softmax = red_or_green()(keras.layers.Lambda(code, output_shape=(32, 32, 3))(picture))
    model = keras.Model(picture, softmax)
    victim.unlink(missing_ok=True)  # building it ran it
    return model
