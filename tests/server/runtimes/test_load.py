"""From a name and a file to answers."""

import asyncio
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from PIL import Image

from server.networks.catalogue import find_backbone
from server.networks.errors import RuntimeUnavailable, WeightsMismatch
from server.runtimes.load import load_runtime


@pytest.mark.parametrize("asked", ["auto", "tensorflow"])
def test_runs_on_tensorflow(
    keras_home: Path, photos: list[Path], asked: Literal["auto", "tensorflow"]
) -> None:
    backbone = find_backbone("MobileNetV2")
    runtime = load_runtime(backbone, keras_home / "models" / backbone.weights.file, asked)
    try:
        assert runtime.name == "tensorflow"
        photo = next(photo for photo in photos if photo.name.startswith("n01669191"))  # box turtle
        views = np.asarray(Image.open(photo).convert("RGB").resize((224, 224)))[None]
        assert asyncio.run(runtime.softmax(views)).argmax() == 37
    finally:
        runtime.close()


def test_openvino_is_said_to_come_later(tmp_path: Path) -> None:
    with pytest.raises(RuntimeUnavailable, match="PAISHI_RUNTIME=openvino is not available in this version"):
        load_runtime(find_backbone("MobileNetV2"), tmp_path / "none.h5", "openvino")


def test_other_weights_are_refused(keras_home: Path) -> None:
    file = keras_home / "models" / find_backbone("MobileNetV2").weights.file
    with pytest.raises(WeightsMismatch):
        load_runtime(find_backbone("MobileNet"), file)
