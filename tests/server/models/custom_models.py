"""Small custom models, which distinguish red pictures from green ones."""

import itertools
import json
import re
import warnings
import zipfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from paishi.models.backbone import Size, height_width
from paishi.models.keras.imports import keras


def red_or_green(
    size: Size = 32,
    activation: str = "softmax",
    scale: bool = True,
    pooling: keras.layers.Layer | None = None,
) -> keras.Model:
    """Class 0 if a picture's mean is more red than green, otherwise class 1.

    Takes 0..255, or preprocessed values if not `scale`.
    """
    layers = [keras.layers.Rescaling(1 / 255, name="scale")] if scale else []
    model = keras.Sequential(
        [
            keras.Input((*height_width(size), 3), name="picture"),
            *layers,
            keras.layers.Conv2D(3, 1, use_bias=False, name="colours"),
            pooling or keras.layers.GlobalAveragePooling2D(name="mean"),
            keras.layers.Dense(2, activation=activation, name="classes"),
        ],
        name="red_or_green",
    )
    classifier = np.array([[10.0, -10.0], [-10.0, 10.0], [0.0, 0.0]])
    model.set_weights([np.eye(3).reshape(1, 1, 3, 3), classifier, np.zeros(2)])
    return model


def save(model: keras.Model, folder: Path) -> Path:
    """Writes `model.keras` into `folder`, always with the same bytes for the same model and names of layers:
    converted once, it is then in the cache of all tests."""
    file = folder / "model.keras"
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "__array__ implementation doesn't accept a copy keyword")
        warnings.filterwarnings("ignore", "The object being serialized includes a `lambda`")
        model.save(file)
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["metadata.json"] = json.dumps({"keras_version": keras.__version__}).encode()  # and no time
    ids = itertools.count()
    numbers: defaultdict[bytes, int] = defaultdict(lambda: next(ids))  # for addresses in memory
    parts["config.json"] = re.sub(
        rb'(?<="shared_object_id": )\d+',
        lambda address: str(numbers[address[0]]).encode(),
        parts["config.json"],
    )
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return file


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
