"""Served models: their weights, their input and output.

That they give Keras's probabilities is compared where they are converted, `test_keras_to_openvino.py`.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import h5py
import numpy as np
import pytest
from PIL import Image

from paishi.models.catalogue import CATALOGUE, find_backbone
from paishi.models.errors import WeightsCorrupt, WeightsMismatch
from paishi.models.keras.build import build_served
from paishi.models.keras.imports import keras
from tests.server.conftest import need_shared
from tests.server.models.keras_models import (
    family_input,
    make_small,
    settle,
    views,
    write_published,
)

pytestmark = [
    # Keras 3.15 writes weights in a way that numpy 2 deprecates.
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword"),
    # MobileNetV3 warns whenever it is built with its defaults.
    pytest.mark.filterwarnings("ignore:`input_shape` is undefined or non-square"),
    # Coverage's tracer doubles the time of Keras's own code, and other tests run ours.
    pytest.mark.no_cover,
]


@pytest.mark.parametrize("name", ["EfficientNetB0", "MobileNetV3Small"])
def test_reads_what_save_weights_writes(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_small(monkeypatch)
    backbone = CATALOGUE[name]
    pictures = views(backbone)
    model = getattr(keras.applications, name)(weights=None)
    settle(model, family_input(backbone, pictures))
    model.save_weights(tmp_path / "own.weights.h5")
    write_published(model, tmp_path / "published.h5")
    custom = build_served(backbone, tmp_path / "own.weights.h5")(pictures, training=False)
    published = build_served(backbone, tmp_path / "published.h5")(pictures, training=False)
    assert np.array_equal(custom, published)


def test_takes_uint8_and_returns_a_softmax() -> None:
    backbone = find_backbone("MobileNet")
    served = build_served(backbone, None)
    assert served.input_shape == (None, 224, 224, 3)
    assert served.inputs[0].dtype == "uint8"
    softmax = np.asarray(served(views(backbone, 3), training=False))
    assert softmax.shape == (3, 1000)
    assert softmax.dtype == np.float32
    assert np.allclose(softmax.sum(axis=1), 1, atol=1e-5)


def test_real_weights_recognise_real_photos(keras_home: Path, photos: list[Path]) -> None:
    backbone = find_backbone("MobileNetV2")
    file = keras_home / "models" / backbone.weights.file
    classes = json.loads(need_shared("keras", "models", "imagenet_class_index.json").read_text())
    pictures = np.stack([np.asarray(Image.open(photo).convert("RGB").resize((224, 224))) for photo in photos])
    served, published = build_served(backbone, file), keras.applications.MobileNetV2(weights=str(file))
    parts = np.array_split(pictures, 10)  # all activations of a part stay until its end
    ours = np.concatenate([served(part, training=False) for part in parts])
    theirs = np.concatenate([published(family_input(backbone, part), training=False) for part in parts])
    assert np.abs(ours - theirs).max() < 1e-5
    right = [
        photo.name.startswith(classes[str(answer)][0])
        for photo, answer in zip(photos, ours.argmax(1), strict=True)
    ]
    assert np.mean(right) > 0.75


def test_weights_of_another_model_are_named(keras_home: Path) -> None:
    file = keras_home / "models" / CATALOGUE["MobileNetV2"].weights.file
    with pytest.raises(WeightsMismatch) as caught:
        build_served(CATALOGUE["MobileNet"], file)
    message = str(caught.value)
    assert str(file) in message
    assert "The model has 137 arrays, the file 262." in message
    assert re.search(r"Only in the model: conv_\w+/\w+ \(", message)
    assert "Only in the file: Conv_1/Conv_1/kernel (1, 1, 320, 1280)" in message


def test_weights_without_the_head_are_named(keras_home: Path) -> None:
    file = keras_home / "models" / "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5"
    with pytest.raises(WeightsMismatch, match=r"Only in the model: predictions/kernel \(1280, 1000\)"):
        build_served(CATALOGUE["MobileNetV2"], file)


def test_keras_3_weights_of_another_model_are_named(tmp_path: Path) -> None:
    small = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    small.save_weights(tmp_path / "small.weights.h5")
    with pytest.raises(WeightsMismatch, match=r"Only in the file: layers/dense/vars/0 \(4, 2\)"):
        build_served(CATALOGUE["MobileNet"], tmp_path / "small.weights.h5")


@pytest.mark.parametrize("suffix", [".h5", ".weights.h5"])
@pytest.mark.parametrize("kept", [0, 100, 1_000_000])
def test_broken_weights_are_named(keras_home: Path, tmp_path: Path, suffix: str, kept: int) -> None:
    whole = (keras_home / "models" / CATALOGUE["MobileNetV2"].weights.file).read_bytes()
    file = tmp_path / f"broken{suffix}"
    file.write_bytes(whole[:kept])
    looks = f"it has {kept:,} of {len(whole):,} bytes" if kept > 96 else "0 other or broken bytes"
    with pytest.raises(WeightsCorrupt, match=rf"broken{suffix} cannot be read .*{looks}\)\. Delete it"):
        build_served(CATALOGUE["MobileNetV2"], file)


OLD_BRANCHES = {"2a": 1, "2b": 2, "2c": 3, "1": 0}


def old_resnet50_layers() -> Iterator[tuple[str, str]]:
    """The old name of each layer that has weights, in the old order, with today's."""
    yield from [("conv1", "conv1_conv"), ("bn_conv1", "conv1_bn")]
    for stage, letters in enumerate(("abc", "abcd", "abcdef", "abc"), start=2):
        for block, letter in enumerate(letters, start=1):
            for branch, today in OLD_BRANCHES.items():
                if branch != "1" or letter == "a":
                    for old, kind in (("res", "conv"), ("bn", "bn")):
                        yield (
                            f"{old}{stage}{letter}_branch{branch}",
                            f"conv{stage}_block{block}_{today}_{kind}",
                        )
    yield "fc1000", "predictions"


def write_old_resnet50(model: keras.Model, file: Path) -> None:
    """Writes weights in the layout of the release of 2016."""
    with h5py.File(file, "w") as stored:
        for old, today in old_resnet50_layers():
            kinds = ("gamma", "beta", "running_mean", "running_std") if old.startswith("bn") else ("W", "b")
            names = [f"{old}_{kind}:0" for kind in kinds]
            group = stored.create_group(old)
            group.attrs["weight_names"] = [name.encode() for name in names]
            for name, array in zip(names, model.get_layer(today).get_weights(), strict=True):
                group[name] = array
        stored.attrs["layer_names"] = [old.encode() for old, _ in old_resnet50_layers()]


@pytest.fixture(scope="module")
def resnet50() -> keras.Model:
    model = keras.applications.ResNet50(weights=None)
    settle(model, family_input(CATALOGUE["ResNet50"], views(CATALOGUE["ResNet50"])))
    return model


def test_reads_the_release_of_2016(resnet50: keras.Model, tmp_path: Path) -> None:
    backbone = CATALOGUE["ResNet50"]
    pictures = views(backbone)
    write_old_resnet50(resnet50, tmp_path / "old.h5")
    served = build_served(backbone, tmp_path / "old.h5")(pictures, training=False)
    assert np.array_equal(served, resnet50(family_input(backbone, pictures), training=False))


@pytest.mark.parametrize("fault", ["a layer is missing", "a shape is another"])
def test_a_file_that_only_begins_like_it_is_refused(
    resnet50: keras.Model, tmp_path: Path, fault: str
) -> None:
    file = tmp_path / "old.h5"
    write_old_resnet50(resnet50, file)
    with h5py.File(file, "r+") as stored:
        del stored["fc1000/fc1000_b:0"]
        if fault == "a layer is missing":
            del stored["fc1000"]
        else:
            stored["fc1000/fc1000_b:0"] = np.zeros(10)
    with pytest.raises(WeightsMismatch, match=r"Only in the model: predictions/\w+ \("):
        build_served(CATALOGUE["ResNet50"], file)


def test_weights_of_kerashubs_resnet50_are_refused(tmp_path: Path) -> None:
    """Their convolutions have no biases, and the model would stride elsewhere."""
    photo = keras.Input((224, 224, 3))
    backbone = keras.Model(photo, keras.layers.Conv2D(64, 7, use_bias=False, name="conv1_conv")(photo))
    pooled = keras.layers.GlobalAveragePooling2D(name="pooler")(backbone(photo))
    classifier = keras.Model(photo, keras.layers.Dense(1000, name="predictions")(pooled))
    classifier.save_weights(tmp_path / "model.weights.h5")
    with pytest.raises(WeightsMismatch, match=r"Only in the model: conv1_conv/bias \(64,\)"):
        build_served(CATALOGUE["ResNet50"], tmp_path / "model.weights.h5")
