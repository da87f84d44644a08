"""Real photos through a real server process with a real model."""

import json
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image

from paishi.choices import Fit
from paishi.photo.fit import fit, short_side_for
from tests.server.conftest import RunningServer, run_server
from tests.server.photo.decoding import decode
from tests.server.photo.scenes import STORED_AS, exif, stored
from tests.server.pictures import file_of

SIZE = 224
MAX_PIXELS = 64_000_000
KerasSoftmax = Callable[[Path, Fit], np.ndarray]


def predict(client: httpx.Client, photo: bytes, **query: int) -> dict:
    answer = client.post("/predict", files={"image": ("photo.jpg", photo)}, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def wnid(photo: Path) -> str:
    return photo.name.split("_")[0]


def right(client: httpx.Client, photos: list[Path]) -> int:
    return sum(predict(client, photo.read_bytes())["predictions"][0]["id"] == wnid(photo) for photo in photos)


@pytest.fixture(scope="module")
def keras_softmax(keras_home: Path) -> KerasSoftmax:
    """Keras's own MobileNetV2, its own preprocessing, called directly."""
    os.environ["KERAS_HOME"] = str(keras_home)
    import keras

    model = keras.applications.MobileNetV2(weights=str(next((keras_home / "models").glob("*1.0_224.h5"))))
    prepare = keras.applications.mobilenet_v2.preprocess_input

    def softmax(photo: Path, way: Fit) -> np.ndarray:
        picture = decode(photo.read_bytes(), max_pixels=MAX_PIXELS, short_side=short_side_for(SIZE, way))
        return np.mean(model(prepare(fit(picture, SIZE, way).astype("float32"))), axis=0)

    return softmax


def assert_as_keras(client: httpx.Client, photo: Path, expected: np.ndarray, labels: list[str]) -> None:
    got = predict(client, photo.read_bytes())["predictions"]
    best = np.argsort(-expected)[:5]
    assert [one["id"] for one in got] == [labels[index] for index in best], photo.name
    assert [one["probability"] for one in got] == pytest.approx(expected[best].tolist(), abs=1e-4), photo.name


@pytest.fixture(scope="module")
def wnids(keras_home: Path) -> list[str]:
    index = json.loads((keras_home / "models" / "imagenet_class_index.json").read_text())
    return [index[str(number)][0] for number in range(1000)]


def test_crop_answers_as_keras_does_and_is_right(
    client: httpx.Client, photos: list[Path], keras_softmax: KerasSoftmax, wnids: list[str]
) -> None:
    for photo in photos:
        assert_as_keras(client, photo, keras_softmax(photo, "crop"), wnids)
    assert right(client, photos) >= 33


@pytest.mark.parametrize(("way", "least"), [("squash", 35), ("both", 35)])
def test_other_fits_answer_as_keras_does_and_are_right(
    way: Fit,
    least: int,
    photos: list[Path],
    keras_home: Path,
    keras_softmax: KerasSoftmax,
    wnids: list[str],
    tmp_path: Path,
) -> None:
    environment = {"KERAS_HOME": str(keras_home), "PAISHI_MODEL": "MobileNetV2", "PAISHI_FIT": way}
    with run_server(tmp_path / "output", **environment) as running, running.client() as client:
        for photo in photos[::5]:
            assert_as_keras(client, photo, keras_softmax(photo, way), wnids)
        assert right(client, photos) >= least


def test_names_come_in_two_languages(client: httpx.Client, photos: list[Path]) -> None:
    [beagle] = [photo for photo in photos if "beagle" in photo.name]
    first = predict(client, beagle.read_bytes())["predictions"][0]
    assert first["label"] == "beagle"
    assert first["name"]["en"] == "beagle"
    assert first["name"]["zh"] == "比格犬"


@pytest.mark.parametrize("top", [1, 20])
def test_top_is_how_many_names_come(client: httpx.Client, photos: list[Path], top: int) -> None:
    predictions = predict(client, photos[0].read_bytes(), top=top)["predictions"]
    probabilities = [one["probability"] for one in predictions]
    assert len(predictions) == top
    assert probabilities == sorted(probabilities, reverse=True)


def test_a_scene_has_one_answer_however_the_phone_was_held(client: httpx.Client, photos: list[Path]) -> None:
    [photo] = [photo for photo in photos if "beaver" in photo.name]
    scene = Image.open(photo).convert("RGB")
    held = [file_of(stored(scene, tag), "PNG", exif=exif(tag)) for tag in STORED_AS]
    answers = [predict(client, photo)["predictions"] for photo in held]
    for answer in answers[1:]:
        assert [one["id"] for one in answer] == [one["id"] for one in answers[0]]
        probabilities = [one["probability"] for one in answer]
        assert probabilities == pytest.approx([one["probability"] for one in answers[0]], abs=1e-5)


def test_a_crowd_gets_each_its_own_answer(server: RunningServer, photos: list[Path]) -> None:
    with server.client() as client:
        alone = [predict(client, photo.read_bytes())["predictions"] for photo in photos]
        with ThreadPoolExecutor(16) as crowd:
            together = list(
                crowd.map(lambda photo: predict(client, photo.read_bytes())["predictions"], photos)
            )
    for one, other in zip(alone, together, strict=True):
        assert [each["id"] for each in one] == [each["id"] for each in other]
        assert [e["probability"] for e in one] == pytest.approx([e["probability"] for e in other], abs=1e-4)
