"""Explanations by a real model: of two known photos side by side, the heatmap locates each."""

import asyncio
import contextlib
import io
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from paishi.choices import Fit, RuntimeChoice
from paishi.models.catalogue import find_backbone
from paishi.models.keras.imports import keras
from paishi.problems.kinds import Overloaded
from paishi.recognition.labels import load_labels
from paishi.recognition.load import load_recogniser
from paishi.recognition.recogniser import Recogniser
from paishi.runtimes.insight import Evidence
from paishi.settings import Settings
from paishi.system.cpu_budget import CpuBudget
from paishi.system.cpu_count import usable_cores
from tests.server.api.conftest import AppClient, Brightness, started
from tests.server.api.test_contract import schema_of
from tests.server.api.test_problems import assert_problem
from tests.server.conftest import RunningServer, run_server
from tests.server.models.custom_models import red_or_green, write_custom
from tests.server.photo.scenes import STORED_AS, exif, stored
from tests.server.pictures import file_of, noise

BEAGLE, BROCCOLI = "n02088364", "n07714990"
JSON = {"Accept": "application/json"}
SIDE = 300


def cut(photos: list[Path], wnid: str) -> Image.Image:
    """The middle of the photo of `wnid`, square."""
    photo = Image.open(next(photo for photo in photos if photo.name.startswith(wnid))).convert("RGB")
    side = min(photo.size)
    left, top = (photo.width - side) // 2, (photo.height - side) // 2
    return photo.crop((left, top, left + side, top + side)).resize((SIDE, SIDE))


@pytest.fixture(scope="module")
def planted(photos: list[Path]) -> Image.Image:
    """A beagle in the left half, broccoli in the right one, grey below: nothing of it is symmetric."""
    scene = Image.new("RGB", (2 * SIDE, SIDE + 60), "grey")
    scene.paste(cut(photos, BEAGLE), (0, 0))
    scene.paste(cut(photos, BROCCOLI), (SIDE, 0))
    return scene


@pytest.fixture(scope="module", params=["crop", "squash", "both"])
def fitted(
    request: pytest.FixtureRequest, keras_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Fit, httpx.Client]]:
    way = request.param
    environment = {"KERAS_HOME": str(keras_home), "PAISHI_MODEL": "MobileNetV2", "PAISHI_FIT": way}
    output = tmp_path_factory.mktemp("explain") / "output"
    with run_server(output, **environment) as running, running.client() as client:
        yield way, client


def explain(client: httpx.Client, photo: bytes, **query: str) -> dict:
    answer = client.post("/explain", files={"image": photo}, params=query, headers=JSON)
    assert answer.status_code == 200, answer.text
    schema_of("Explanation").validate(answer.json())
    return answer.json()


def middle(explanation: dict) -> tuple[float, float]:
    """Centre of the map's mass, as fractions of the photo's width and height."""
    grid, box = np.array(explanation["grid"]), explanation["box"]
    rows, columns = grid.shape
    down, across = ((np.arange(cells) + 0.5) / cells for cells in (rows, columns))
    x = (grid.sum(axis=0) * across).sum() / grid.sum()
    y = (grid.sum(axis=1) * down).sum() / grid.sum()
    return box["left"] + box["width"] * x, box["top"] + box["height"] * y


def left_mass(explanation: dict) -> float:
    """Share of the map's mass in the left half of the photo."""
    grid, box = np.array(explanation["grid"]), explanation["box"]
    columns = box["left"] + box["width"] * (np.arange(grid.shape[1]) + 0.5) / grid.shape[1]
    weight = np.clip(
        (0.5 - columns) * grid.shape[1] / box["width"] + 0.5, 0, 1
    )  # of the column in the middle
    return float((grid.sum(axis=0) * weight).sum() / grid.sum())


@pytest.mark.parametrize("tag", STORED_AS)
def test_what_was_planted_is_found_where_it_is(
    fitted: tuple[Fit, httpx.Client], planted: Image.Image, tag: int
) -> None:
    way, client = fitted
    photo = file_of(stored(planted, tag), "PNG", exif=exif(tag))
    beagle, broccoli = explain(client, photo, label="beagle"), explain(client, photo, label=BROCCOLI)
    print(way, tag, f"{left_mass(beagle):.2f} {left_mass(broccoli):.2f}")
    assert left_mass(beagle) > 0.8
    assert left_mass(broccoli) < 0.2
    assert middle(beagle)[1] < 0.6
    assert middle(broccoli)[1] < 0.6


def test_the_most_probable_class_is_explained_with_its_probability(
    fitted: tuple[Fit, httpx.Client], photos: list[Path]
) -> None:
    _, client = fitted
    photo = next(photo for photo in photos if photo.name.startswith("n01669191")).read_bytes()
    [best] = client.post("/predict?top=1", files={"image": photo}).json()["predictions"]
    explanation = explain(client, photo)
    assert explanation["label"] == {**best, "probability": pytest.approx(best["probability"], abs=1e-6)}
    assert explanation["method"] == "cam"
    assert explanation["model"] == {"name": "MobileNetV2", "labels": "imagenet"}
    assert np.max(explanation["grid"]) == 1
    assert 0 <= np.min(explanation["grid"]) < 0.1


def test_the_box_is_the_models_input(fitted: tuple[Fit, httpx.Client], planted: Image.Image) -> None:
    way, client = fitted
    explanation = explain(client, file_of(planted))
    shown = {
        "crop": (1 - 0.875 * 360 / 600, 1 - 0.875, (7, 7)),
        "squash": (0, 0, (7, 7)),
        "both": (0, 0, (28, 28)),
    }
    outside_x, outside_y, cells = shown[way]
    expected = {"left": outside_x / 2, "top": outside_y / 2, "width": 1 - outside_x, "height": 1 - outside_y}
    assert explanation["box"] == pytest.approx(expected, abs=0.003)
    assert np.array(explanation["grid"]).shape == cells


@pytest.mark.parametrize(("accept", "kind"), [("*/*", "JPEG"), ("image/png", "PNG")])
def test_the_picture_shows_the_same_over_the_upright_photo(
    fitted: tuple[Fit, httpx.Client], planted: Image.Image, accept: str, kind: str
) -> None:
    way, client = fitted
    file = file_of(stored(planted, 6), "PNG", exif=exif(6))
    answer = client.post(
        "/explain", files={"image": file}, data={"label": "beagle"}, headers={"Accept": accept}
    )
    assert (answer.status_code, answer.headers["content-type"]) == (200, f"image/{kind.lower()}")
    picture = Image.open(io.BytesIO(answer.content))
    assert (picture.format, picture.size) == (kind, planted.size)
    before, after = (np.asarray(one.convert("RGB"), np.float32) for one in (planted, picture))
    redder = np.diff(after - before, axis=2)[..., 0].clip(max=0)  # the map's colours are redder than green
    assert redder[:, :SIDE].sum() < 2 * redder[:, SIDE:].sum() < 0
    edge = after[SIDE // 2, -20:].mean() / before[SIDE // 2, -20:].mean()
    assert edge < 0.6 if way == "crop" else edge > 0.9


def test_a_large_photo_comes_back_smaller(client: AppClient) -> None:
    answer = client.post("/explain", files={"image": file_of(noise(3000, 1500))})
    assert Image.open(io.BytesIO(answer.content)).size == (1024, 512)


def mobilenet(keras_home: Path) -> Recogniser:
    return load_recogniser(Settings(model="MobileNetV2", KERAS_HOME=keras_home), CpuBudget(usable_cores()))


@pytest.fixture(scope="module")
def client(keras_home: Path) -> Iterator[AppClient]:
    with started(load=lambda on_progress: mobilenet(keras_home)) as client:
        yield client


@pytest.mark.parametrize("called", ["n02088364", "beagle", "Beagle", "比格犬", " beagle "])
def test_a_class_is_found_by_any_of_its_names(client: AppClient, called: str) -> None:
    assert explain(client, file_of(noise()), label=called)["label"]["id"] == BEAGLE


def explain_several(client: httpx.Client, photo: bytes, *labels: str) -> list[dict]:
    answer = client.post("/explain", files={"image": photo}, params={"label": labels}, headers=JSON)
    assert answer.status_code == 200, answer.text
    schema_of("Explanations").validate(answer.json())
    return answer.json()["explanations"]


def test_several_classes_are_explained_at_once_as_each_alone(client: AppClient) -> None:
    photo, labels = file_of(noise(seed=3)), ["broccoli", "beagle", "", "n01443537", "broccoli"]
    together = explain_several(client, photo, *labels)
    alone = [explain(client, photo, label=label) for label in labels]
    for one, other in zip(together, alone, strict=True):
        assert one["label"] == other["label"]
        assert (one["method"], one["box"]) == ("cam", other["box"])
        assert np.abs(np.array(one["grid"]) - np.array(other["grid"])).max() < 1e-3
    assert together[0]["grid"] != together[1]["grid"]


def test_several_labels_are_refused_like_one(client: AppClient) -> None:
    def ask(labels: list[str], accept: str = "application/json") -> httpx.Response:
        return client.post(
            "/explain",
            files={"image": file_of(noise())},
            params={"label": labels},
            headers={"Accept": accept},
        )

    assert "beagle" in assert_problem(ask(["broccoli", "begle"]), 422, "request-invalid").detail
    assert "label" in assert_problem(ask(["beagle"] * 6), 422, "request-invalid").detail
    assert "label" in assert_problem(ask(["beagle", "x" * 1000]), 422, "request-invalid").detail
    assert (
        "application/json" in assert_problem(ask(["beagle"] * 2, "image/png"), 422, "request-invalid").detail
    )
    unknown = ask(["beagle", "taught:0123456789abcdef"])
    assert_problem(unknown, 404, "not-found")


def test_of_classes_that_share_a_name_the_more_probable_is_meant(client: AppClient) -> None:
    photo = file_of(noise(seed=4))
    shared = {"n02012849", "n03126707"}  # the bird and the machine
    softmax = asyncio.run(probabilities(client, photo))
    classes = client.services.recognition.current().labels.classes
    best = max((number for number, one in enumerate(classes) if one.id in shared), key=lambda n: softmax[n])
    assert explain(client, photo, label="crane")["label"]["id"] == classes[best].id


async def probabilities(client: AppClient, photo: bytes) -> NDArray[np.float32]:
    recogniser = client.services.recognition.current()
    views = await client.services.photos.views(photo, recogniser.input_size, recogniser.fit)
    return (await recogniser.runtime.softmax(views)).mean(axis=0)


@pytest.mark.parametrize("how", ["params", "data"])
def test_an_unknown_class_is_refused_with_the_nearest(client: AppClient, how: str) -> None:
    answer = client.post("/explain", files={"image": file_of(noise())}, **{how: {"label": "begle"}})
    assert "beagle" in assert_problem(answer, 422, "request-invalid").detail


@pytest.mark.parametrize("path", ["/explain", "/features"])
def test_photos_are_refused_as_everywhere(client: AppClient, path: str) -> None:
    for sent, status, code in (
        (b"hello", 415, "image-format-unsupported"),
        (b"", 422, "image-unreadable"),
        (file_of(noise())[:200], 422, "image-unreadable"),
    ):
        assert_problem(client.post(path, files={"image": sent}), status, code)
    assert_problem(client.post(path), 400, "image-missing")
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(Overloaded):
            while True:
                stack.enter_context(client.services.insight_admission.admit())
        answer = client.post(path, files={"image": file_of(noise())})
        assert_problem(answer, 503, "overloaded")
        assert client.post("/predict", files={"image": file_of(noise())}).status_code == 200


@pytest.mark.parametrize("path", ["/explain", "/features"])
def test_a_model_without_insight(app_client: AppClient, path: str) -> None:
    assert_problem(app_client.post(path, files={"image": file_of(noise())}), 409, "not-explainable")


def test_weights_that_were_replaced_meanwhile_explain_nothing(keras_home: Path, tmp_path: Path) -> None:
    """They are not the weights that recognise photos."""
    home = tmp_path / "keras"
    (home / "models").mkdir(parents=True)
    weights = find_backbone("MobileNetV2").weights.file
    content = (keras_home / "models" / weights).read_bytes()
    (home / "models" / weights).write_bytes(content)
    with started(load=lambda on_progress: mobilenet(home)) as client:
        (home / "models" / weights).write_bytes(content[:-1])
        answer = client.post("/explain", files={"image": file_of(noise())})
        assert "no longer" in assert_problem(answer, 503, "model-unavailable").detail
        (home / "models" / weights).unlink()
        assert client.post("/explain", files={"image": file_of(noise())}).status_code == 200
        answer = client.post("/features?layer=Conv1", files={"image": file_of(noise())})
        assert "weights fetch" in assert_problem(answer, 503, "model-unavailable").detail


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_exact_way_loads_no_tensorflow(server: RunningServer, photos: list[Path]) -> None:
    with server.client() as client:
        assert explain(client, photos[0].read_bytes())["method"] == "cam"
        assert client.post("/features", files={"image": photos[0].read_bytes()}).status_code == 200
    assert "/libtensorflow_" not in Path(f"/proc/{server.process.pid}/maps").read_text()


def custom(folder: Path, home: Path, runtime: RuntimeChoice = "auto") -> Recogniser:
    settings = Settings(model=str(folder), KERAS_HOME=home, fit="squash", runtime=runtime)
    return load_recogniser(settings, CpuBudget(usable_cores()))


def half_red_half_green() -> bytes:
    picture = Image.new("RGB", (64, 32), (200, 0, 40))
    picture.paste((0, 100, 40), (32, 0, 64, 32))
    return file_of(picture, "PNG")


def test_a_custom_model_is_explained_by_its_weights(tmp_path: Path) -> None:
    folder, photo = write_custom(tmp_path / "colours"), half_red_half_green()
    with started(load=lambda _: custom(folder, tmp_path)) as client:
        red, green = explain(client, photo, label="red"), explain(client, photo, label="green")
        assert (red["method"], np.array(red["grid"]).shape) == ("cam", (32, 32))
        for found, halves in ((red, (1, 0)), (green, (0, 1))):
            expected = np.repeat(np.repeat([halves], 16, axis=1), 32, axis=0)
            assert np.abs(np.array(found["grid"]) - expected)[:, [0, 10, 20, 31]].max() < 1e-3
        features = client.post("/features", files={"image": photo}).json()["features"]
        assert features == pytest.approx([100 / 255, 50 / 255, 40 / 255], abs=1e-3)
        answer = client.post("/features?layer=conv2d", files={"image": photo})
        assert "custom model" in assert_problem(answer, 409, "not-explainable").detail


@pytest.mark.parametrize("runtime", ["openvino", "tensorflow"])
def test_any_custom_model_is_explained_by_covering_its_photo(runtime: RuntimeChoice, tmp_path: Path) -> None:
    """Class activation is not exact for a maximum over the positions, and gradients would need its file."""
    folder = write_custom(tmp_path / "colours", red_or_green(pooling=keras.layers.GlobalMaxPooling2D()))
    photo = Image.new("RGB", (32, 32), (100, 100, 100))
    photo.paste((220, 30, 40), (4, 8, 8, 12))  # one cell
    with started(load=lambda _: custom(folder, tmp_path, runtime)) as client:
        found = explain(client, file_of(photo, "PNG"), label="red")
        red, green = explain_several(client, file_of(photo, "PNG"), "red", "green")
    assert red["grid"] == found["grid"]
    assert green["grid"][2][1] == 0
    grid = np.array(found["grid"])
    assert (found["method"], grid.shape) == ("occlusion", (8, 8))
    assert (grid[2, 1], grid.sum()) == (1, pytest.approx(1, abs=0.2))


def test_a_file_of_ones_own_is_not_loaded_to_explain(tmp_path: Path) -> None:
    """Its head is deeper, so that only Keras could tell."""
    model = keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            keras.layers.Conv2D(4, 3),
            keras.layers.Flatten(),
            keras.layers.Dense(3, activation="relu"),
            keras.layers.Dense(2, activation="softmax"),
        ]
    )
    folder = write_custom(tmp_path / "deep", model)
    with started(load=lambda _: custom(folder, tmp_path)) as client:
        assert explain(client, half_red_half_green())["method"] == "occlusion"
        body = client.post("/features", files={"image": half_red_half_green()}).json()
        assert body["shape"] == [4]


class HeldUp:
    """An insight that waits, until it is let on, with a map of one value."""

    def __init__(self, value: float) -> None:
        self.asked, self.go_on = threading.Event(), threading.Event()
        self._maps = np.array([[[[value, 1.0]]]], np.float32)

    async def evidence(self, views: NDArray[np.uint8], indices: Sequence[int]) -> Evidence:
        self.loop = asyncio.get_running_loop()
        self.asked.set()
        await asyncio.to_thread(self.go_on.wait, 20)
        return Evidence("cam", self._maps)

    async def features(self, views: NDArray[np.uint8], layer: str | None) -> NDArray[np.float32]:
        raise AssertionError

    def close(self) -> None:
        pass


def test_a_swap_meanwhile_changes_nothing_and_answers_go_on() -> None:
    """The model that began an explanation finishes it and is closed afterwards."""
    first, second = HeldUp(0.25), HeldUp(0.75)
    second.go_on.set()
    runtime = Brightness()
    closed = threading.Event()
    runtime.close = closed.set  # type: ignore[method-assign]

    def load(name: str, insight: HeldUp, runtime: Brightness) -> Recogniser:
        return Recogniser(name, 32, "crop", runtime, load_labels("imagenet"), insight=insight)

    async def swap(client: AppClient) -> None:
        recognition = client.services.recognition
        await recognition.swap("MobileNet", lambda _: load("MobileNet", second, Brightness()), print)

    photo = file_of(noise())
    with started(load=lambda _: load("ResNet50", first, runtime)) as client, ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(explain, client, photo)
        assert first.asked.wait(10)
        assert client.post("/predict", files={"image": photo}).status_code == 200
        asyncio.run_coroutine_threadsafe(swap(client), first.loop).result(10)
        after = explain(client, photo)
        assert not closed.is_set()
        first.go_on.set()
        before = waiting.result(10)
        assert closed.wait(10)
    assert (before["model"]["name"], before["grid"]) == ("ResNet50", [[0.25, 1.0]])
    assert (after["model"]["name"], after["grid"]) == ("MobileNet", [[0.75, 1.0]])
