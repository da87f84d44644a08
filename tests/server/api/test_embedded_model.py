"""EfficientNetLite0's real weights, which come with the package: they name what is drawn here."""

import asyncio
import io
import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from paishi.models.catalogue import find_backbone
from paishi.models.keras.build import build_served
from paishi.models.keras.imports import keras
from paishi.models.weights.find import find_weights
from paishi.recognition.load import load_recogniser
from paishi.settings import Settings
from paishi.system.cpu_budget import CpuBudget
from tests.server.api.conftest import AppClient, started
from tests.server.pictures import crossword, file_of


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppClient]:
    """A server with an empty Keras home."""
    home = tmp_path_factory.mktemp("keras")
    settings = Settings(model="EfficientNetLite0", KERAS_HOME=home, fit="squash")
    with started(load=lambda on_progress: load_recogniser(settings, CpuBudget(2))) as client:
        yield client
    assert not [file for file in home.rglob("*") if file.suffix in (".h5", ".part")]


def clock_in_dim_light() -> bytes:
    picture = Image.new("RGB", (640, 640), (205, 195, 180))
    draw = ImageDraw.Draw(picture)

    def ray(degrees: float, start: int, end: int, width: int) -> None:
        x, y = math.sin(math.radians(degrees)), -math.cos(math.radians(degrees))
        draw.line((320 + start * x, 320 + start * y, 320 + end * x, 320 + end * y), (20, 20, 20), width)

    draw.ellipse((90, 90, 550, 550), (60, 40, 30))
    draw.ellipse((120, 120, 520, 520), (250, 250, 245))
    for minute in range(60):
        ray(6 * minute, 165 if minute % 5 == 0 else 185, 192, 8 if minute % 5 == 0 else 3)
    ray(305, 0, 105, 14)
    ray(60, 0, 160, 9)
    dim = picture.filter(ImageFilter.GaussianBlur(1)).point(lambda value: 0.6 * value)
    return file_of(dim, "PNG")


def post(client: AppClient, path: str, photo: bytes, **query: str) -> dict:
    headers = {"Accept": "application/json"}
    answer = client.post(path, files={"image": photo}, params=query, headers=headers)
    assert answer.status_code == 200, answer.text
    body: dict = answer.json()
    assert body["model"] == {"name": "EfficientNetLite0", "labels": "imagenet"}
    return body


def test_names_what_is_drawn(client: AppClient) -> None:
    body = post(client, "/predict", crossword())
    assert body["predictions"][0]["label"] == "crossword_puzzle"
    assert body["confident"]
    assert "kind" not in body


def test_names_the_kind_if_the_name_is_uncertain(client: AppClient) -> None:
    """An analog clock or a wall clock?"""
    body = post(client, "/predict", clock_in_dim_light())
    assert {row["label"] for row in body["predictions"][:2]} == {"analog_clock", "wall_clock"}
    assert not body["confident"]
    kind = body["kind"]
    assert (kind["id"], kind["name"]) == ("clock", {"en": "a clock or watch", "zh": "钟表"})
    assert 0.9 <= kind["probability"] <= 1


def test_explains_by_its_last_matrix(client: AppClient) -> None:
    """The puzzle is in the left half of the picture."""
    picture = Image.new("RGB", (640, 640), (120, 150, 90))
    with Image.open(io.BytesIO(crossword())) as puzzle:
        picture.paste(puzzle.resize((300, 300)), (10, 170))
    body = post(client, "/explain", file_of(picture, "PNG"), label="crossword_puzzle")
    assert body["method"] == "cam"
    grid = np.array(body["grid"])
    assert grid[:, : grid.shape[1] // 2].sum() > 2 * grid[:, grid.shape[1] // 2 :].sum()


def test_a_layer_is_called_as_in_keras(client: AppClient) -> None:
    unknown = client.post("/features", files={"image": crossword()}, params={"layer": "top_conf"})
    assert unknown.status_code == 422
    assert "top_conv" in unknown.json()["detail"]
    assert post(client, "/features", crossword(), layer="avg_pool")["shape"] == [1280]


def test_features_are_those_of_keras(client: AppClient, tmp_path: Path) -> None:
    backbone = find_backbone("EfficientNetLite0")
    served = build_served(backbone, find_weights(backbone, "imagenet", tmp_path))
    inner = next(layer for layer in served.layers if isinstance(layer, keras.Model))
    recogniser = client.services.recognition.current()
    views = asyncio.run(
        client.services.photos.views(clock_in_dim_light(), recogniser.input_size, recogniser.fit)
    )
    pooled = keras.Model(inner.input, inner.get_layer("avg_pool").output)
    expected = np.asarray(pooled((views.astype(np.float32) - 127) / 128))[0]
    found = post(client, "/features", clock_in_dim_light())
    assert found["shape"] == [1280]
    assert np.abs(np.array(found["features"]) - expected).max() < 1e-3
