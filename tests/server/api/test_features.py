"""The vector before the head, and any layer, as Keras calculates them."""

import asyncio
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from paishi.choices import Fit, RuntimeChoice
from paishi.models.keras.imports import keras
from paishi.recognition.load import load_recogniser
from paishi.recognition.recogniser import Recogniser
from paishi.settings import Settings
from paishi.system.cpu_budget import CpuBudget
from paishi.system.cpu_count import usable_cores
from tests.server.api.conftest import AppClient, started
from tests.server.api.test_contract import schema_of
from tests.server.api.test_problems import assert_problem
from tests.server.pictures import file_of, noise

NPY = {"Accept": "application/octet-stream"}
VECTOR, MAP = 1280, "block_13_expand_relu"


def mobilenet(keras_home: Path, fit: Fit = "crop", runtime: RuntimeChoice = "auto") -> Recogniser:
    settings = Settings(model="MobileNetV2", KERAS_HOME=keras_home, fit=fit, runtime=runtime)
    return load_recogniser(settings, CpuBudget(usable_cores()))


@pytest.fixture(scope="module")
def client(keras_home: Path) -> Iterator[AppClient]:
    with started(load=lambda on_progress: mobilenet(keras_home)) as client:
        yield client


@pytest.fixture(scope="module")
def beagle(photos: list[Path]) -> bytes:
    return next(photo for photo in photos if "beagle" in photo.name).read_bytes()


def ask(client: AppClient, photo: bytes, **query: str) -> dict:
    answer = client.post("/features", files={"image": photo}, params=query)
    assert answer.status_code == 200, answer.text
    schema_of("Features").validate(answer.json())
    return answer.json()


def ask_npy(client: AppClient, photo: bytes, **query: str) -> NDArray[np.float32]:
    answer = client.post("/features", files={"image": photo}, params=query, headers=NPY)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/octet-stream")
    values: NDArray[np.float32] = np.load(io.BytesIO(answer.content), allow_pickle=False)
    assert values.dtype == np.float32
    return values


def keras_features(
    client: AppClient, photo: bytes, keras_home: Path, fit: Fit | None = None, pooling: str | None = "avg"
) -> NDArray[np.float32]:
    """Output of Keras's own model without a head for each view."""
    file = next((keras_home / "models").glob("*_no_top.h5"))
    model = keras.applications.MobileNetV2(weights=str(file), include_top=False, pooling=pooling)
    recogniser = client.services.recognition.current()
    views = asyncio.run(client.services.photos.views(photo, recogniser.input_size, fit or recogniser.fit))
    prepared = keras.applications.mobilenet_v2.preprocess_input(views.astype(np.float32))
    found: NDArray[np.float32] = model(prepared).numpy()
    return found


@pytest.mark.parametrize(("fit", "runtime"), [("crop", "auto"), ("both", "auto"), ("squash", "tensorflow")])
def test_the_vector_is_that_of_keras(
    keras_home: Path, beagle: bytes, fit: Fit, runtime: RuntimeChoice
) -> None:
    with started(load=lambda on_progress: mobilenet(keras_home, fit, runtime)) as client:
        body, values = ask(client, beagle), ask_npy(client, beagle)
        expected = keras_features(client, beagle, keras_home).mean(axis=0)
    assert (body["shape"], body["layer"], body["model"]["name"]) == ([VECTOR], None, "MobileNetV2")
    assert np.abs(np.array(body["features"]) - expected).max() < 1e-4
    assert (np.array(body["features"], np.float32) == values).all()
    assert expected.std() > 0.1


def test_a_layer_is_called_as_keras_calls_it(client: AppClient, beagle: bytes, keras_home: Path) -> None:
    body = ask(client, beagle, layer=MAP)
    assert (body["shape"], body["layer"]) == ([14, 14, 576], MAP)
    values = ask_npy(client, beagle, layer=MAP)
    assert values.shape == (14, 14, 576)
    assert (values.ravel() == np.array(body["features"], np.float32)).all()
    pooled = ask_npy(client, beagle, layer="global_average_pooling2d")
    assert np.abs(pooled - keras_features(client, beagle, keras_home)[0]).max() < 1e-4
    assert np.abs(ask_npy(client, beagle, layer="out_relu").mean(axis=(0, 1)) - pooled).max() < 1e-5


def test_of_both_views_a_map_is_that_of_the_whole_photo(keras_home: Path, beagle: bytes) -> None:
    with started(load=lambda on_progress: mobilenet(keras_home, "both")) as client:
        both = ask_npy(client, beagle, layer="out_relu")
        [expected] = keras_features(client, beagle, keras_home, "squash", pooling=None)
    assert np.abs(both - expected).max() < 1e-4


def test_an_unknown_layer_is_refused_with_the_nearest(client: AppClient) -> None:
    answer = client.post("/features?layer=block_13_expand_rel", files={"image": file_of(noise())})
    assert MAP in assert_problem(answer, 422, "request-invalid").detail


def test_what_is_too_much_for_json_comes_as_npy(client: AppClient) -> None:
    answer = client.post("/features?layer=Conv1", files={"image": file_of(noise())})
    assert "application/octet-stream" in assert_problem(answer, 422, "request-invalid").detail
    assert ask_npy(client, file_of(noise()), layer="Conv1").shape == (112, 112, 32)


def test_without_an_exact_way_gradients_explain(client: AppClient, keras_home: Path, beagle: bytes) -> None:
    """On TensorFlow, and it is the same map."""
    accept = {"Accept": "application/json"}
    with started(load=lambda on_progress: mobilenet(keras_home, runtime="tensorflow")) as on_tensorflow:
        clients = (on_tensorflow, client)
        found = [each.post("/explain", files={"image": beagle}, headers=accept).json() for each in clients]
    assert [one["method"] for one in found] == ["grad-cam", "cam"]
    assert found[0]["label"]["id"] == found[1]["label"]["id"]
    assert np.abs(np.array(found[0]["grid"]) - np.array(found[1]["grid"])).max() < 1e-3
