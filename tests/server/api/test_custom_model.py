"""A custom model, served by the real program over HTTP."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from paishi.models.custom.build import build_custom
from paishi.models.custom.folder import find_custom
from paishi.models.keras.gradients import Gradients
from paishi.recognition.custom_labels import read_labels
from paishi.recognition.load import load_recogniser
from paishi.recognition.recogniser import Recogniser
from paishi.runtimes.conversion.keras_to_openvino import convert
from paishi.runtimes.insight import Insight
from paishi.runtimes.occlusion import occlusion
from paishi.runtimes.openvino.class_activation import ClassActivation
from paishi.runtimes.openvino.runtime import OpenVINORuntime
from paishi.settings import Settings
from paishi.system.cpu_budget import CpuBudget
from tests.server.api.conftest import started
from tests.server.conftest import RunningServer, run_server, wait_for
from tests.server.models.custom_models import red_or_green, write_custom, write_json
from tests.server.pictures import file_of

RED = file_of(Image.new("RGB", (80, 60), (220, 30, 40)))
GREEN = file_of(Image.new("RGB", (80, 60), (30, 200, 40)))
TENSORFLOW = "/libtensorflow_"  # OpenVINO has libraries with the name in them as well
LABELS = [
    {"id": "c1", "label": "red_thing", "name": {"en": "red", "zh": "红"}},
    {"id": "c2", "label": "green_thing", "name": {"en": "green", "zh": "绿"}},
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    card = {"name": "Colours 颜色", "version": "3"}
    return write_custom(tmp_path_factory.mktemp("own") / "colours", labels=LABELS, card=card)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def custom(folder: Path, cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    output = tmp_path_factory.mktemp("own-server") / "output"
    with run_server(output, PAISHI_MODEL=str(folder), PAISHI_CACHE=str(cache)) as server:
        yield server


@pytest.fixture
def client(custom: RunningServer) -> Iterator[httpx.Client]:
    with custom.client() as client:
        yield client


def predict(client: httpx.Client, photo: bytes) -> dict[str, Any]:
    answer = client.post("/predict?top=20", files={"image": photo})
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def names(client: httpx.Client, photo: bytes) -> list[str]:
    return [prediction["label"] for prediction in predict(client, photo)["predictions"]]


def libraries(server: RunningServer) -> str:
    return Path(f"/proc/{server.process.pid}/maps").read_text()


def test_answers_with_its_own_names(client: httpx.Client) -> None:
    body = predict(client, RED)
    first, second = body["predictions"]
    assert first["probability"] > 0.99
    assert {key: first[key] for key in LABELS[0]} == LABELS[0]
    assert second["id"] == "c2"
    assert body["model"] == {"name": "Colours 颜色", "labels": "Colours 颜色"}
    assert names(client, GREEN) == ["green_thing", "red_thing"]


def test_readyz_names_it(client: httpx.Client) -> None:
    body = client.get("/readyz").json()
    assert (body["model"]["name"], body["runtime"]) == ("Colours 颜色", "openvino")


def test_models_has_it_beside_the_catalogue(client: httpx.Client, folder: Path) -> None:
    *catalogue, last = client.get("/models").json()["models"]
    assert last.pop("download_mb") == pytest.approx((folder / "model.keras").stat().st_size / 1e6)
    assert last == {
        "name": "Colours 颜色",
        "input_size": 32,
        "parameters": None,
        "top1": None,
        "top5": None,
        "cached": True,
        "serving": True,
        "precision": "fp32",
        "version": "3",
    }
    assert len(catalogue) > 30
    assert not any(model["serving"] for model in catalogue)


def test_no_path_of_the_server_is_shown(client: httpx.Client, folder: Path) -> None:
    for path in ("/readyz", "/models", "/openapi.json"):
        assert str(folder.parent) not in client.get(path).text


def test_no_request_can_choose_the_model(client: httpx.Client, tmp_path: Path) -> None:
    """Neither a parameter nor a field nor a header."""
    other = write_custom(tmp_path / "other", labels=["a", "b"])
    asked = {"model": str(other), "PAISHI_MODEL": str(other)}
    answer = client.post(
        "/predict", params=asked, data=asked, headers={"X-Model": str(other)}, files={"image": RED}
    )
    assert answer.json()["model"]["name"] == "Colours 颜色"
    assert names(client, RED)[0] == "red_thing"


def test_its_file_was_never_loaded_by_the_server(custom: RunningServer, client: httpx.Client) -> None:
    """Not at the first start either: a child process loads TensorFlow."""
    assert names(client, RED)
    assert "/openvino/" in libraries(custom)
    assert TENSORFLOW not in libraries(custom)


@pytest.mark.usefixtures("custom")
def test_the_second_start_converts_nothing_and_other_labels_are_no_other_model(
    folder: Path, cache: Path, tmp_path: Path
) -> None:
    made = sorted(path for path in cache.glob("custom-*") if path.is_dir())
    before = {path: path.stat().st_mtime_ns for path in made}
    write_json(folder / "labels.json", ["rot", "grün"])
    try:
        with run_server(tmp_path / "output", PAISHI_MODEL=str(folder), PAISHI_CACHE=str(cache)) as server:
            with server.client() as client:
                assert names(client, RED) == ["rot", "grün"]
            assert TENSORFLOW not in libraries(server)
    finally:
        write_json(folder / "labels.json", LABELS)
    assert {path: path.stat().st_mtime_ns for path in cache.glob("custom-*") if path.is_dir()} == before
    assert len(before) == 1


def test_another_card_is_another_model(tmp_path: Path, cache: Path) -> None:
    """The same file with Caffe's preprocessing must not be loaded from the cache."""
    folder = write_custom(tmp_path / "colours", red_or_green(scale=False))
    for preprocessing, first in (("none", "red"), ("caffe", "green")):  # BGR puts blue where red was
        write_json(folder / "card.json", {"preprocessing": preprocessing})
        with (
            run_server(tmp_path / "output", PAISHI_MODEL=str(folder), PAISHI_CACHE=str(cache)) as server,
            server.client() as client,
        ):
            assert names(client, file_of(Image.new("RGB", (60, 60), (250, 150, 20))))[0] == first


def test_tensorflow_is_optional_and_logs_its_risk(folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "output"
    with run_server(output, PAISHI_MODEL=str(folder), PAISHI_RUNTIME="tensorflow") as server:
        with server.client() as client:
            assert names(client, RED)[0] == "red_thing"
        assert TENSORFLOW in libraries(server)
    assert "is loaded in the server's own process, and such a file can run code" in output.read_text()


@pytest.mark.parametrize("runtime", ["auto", "tensorflow"])
@pytest.mark.parametrize(
    ("activation", "labels", "complaint"),
    [
        ("softmax", ["red", "green", "blue"], "colours returns 2 probabilities but has 3 labels"),
        ("linear", ["red", "green"], "end the model with a softmax"),
    ],
)
def test_readyz_reports_why_loading_failed(
    activation: str, labels: list[str], complaint: str, runtime: str, tmp_path: Path
) -> None:
    folder = write_custom(tmp_path / "colours", red_or_green(activation=activation), labels)
    output = tmp_path / "output"
    with (
        run_server(output, until="/livez", PAISHI_MODEL=str(folder), PAISHI_RUNTIME=runtime) as server,
        server.client() as client,
    ):
        first = client.get("/readyz").json()
        assert first["code"] in ("model-loading", "model-unavailable")
        assert first["code"] == "model-unavailable" or str(tmp_path) not in first["detail"]
        wait_for(lambda: client.get("/readyz").json()["code"] == "model-unavailable", 60, "the failure")
        assert complaint in client.get("/readyz").json()["detail"]
        if runtime == "auto":
            assert TENSORFLOW not in libraries(server)
    assert complaint in output.read_text()


def not_square(folder: Path) -> Recogniser:
    """Takes 48 x 32 pixels; converted in this process, which spares one that loads TensorFlow."""
    custom = find_custom(str(write_custom(folder, red_or_green((48, 32)))))
    xml, cores = folder / "converted.xml", CpuBudget(1)
    convert(build_custom(custom.file, custom.card).model, xml)
    runtime = OpenVINORuntime(xml, cores)

    def no_gradients() -> Gradients:
        raise AssertionError("a custom model has none")

    return Recogniser(
        custom.name,
        custom.input_size,
        "crop",
        runtime,
        read_labels(custom.labels, custom.name),
        custom=custom,
        insight=Insight(
            lambda: ClassActivation(xml),
            no_gradients,
            cores,
            occlude=lambda views, indices: occlusion(runtime.softmax, views, indices, False),
        ),
    )


def test_one_that_is_not_square_is_served_and_explained(tmp_path: Path) -> None:
    picture = Image.new("RGB", (80, 60), (30, 200, 40))  # green, but for what the model sees
    picture.paste((220, 30, 40), (24, 4, 56, 56))
    photo = {"image": file_of(picture, "PNG")}
    with started(load=lambda on_progress: not_square(tmp_path / "tall")) as client:
        body = client.post("/predict", files=photo).json()
        listed = client.get("/models").json()["models"][-1]
        explained = client.post("/explain", files=photo, headers={"Accept": "application/json"}).json()
        drawn = client.post("/explain", files=photo, headers={"Accept": "image/png"})
        features = client.post("/features", files=photo).json()
    assert body["predictions"][0]["label"] == "red"
    assert body["predictions"][0]["probability"] > 0.95
    assert (listed["name"], listed["input_height"], listed["input_width"]) == ("tall", 48, 32)
    assert "input_size" not in listed
    box = explained["box"]
    assert (80 * box["width"]) / (60 * box["height"]) == pytest.approx(32 / 48, rel=0.02)
    assert box["left"] + box["width"] / 2 == pytest.approx(0.5, abs=0.02)
    assert box["height"] == pytest.approx(224 / 256, abs=0.01)
    assert (explained["method"], len(explained["grid"]), len(explained["grid"][0])) == ("cam", 48, 32)
    assert Image.open(BytesIO(drawn.content)).size == (80, 60)
    assert len(features["features"]) == 3


def test_an_unsure_one_has_no_kind_whatever_its_name(tmp_path: Path) -> None:
    folder = write_custom(tmp_path / "imagenet")
    settings = Settings(model=str(folder), KERAS_HOME=tmp_path)
    with started(load=lambda on_progress: load_recogniser(settings, CpuBudget(1))) as client:
        black = file_of(Image.new("RGB", (64, 64)), "PNG")
        body = client.post("/predict", files={"image": black}).json()
    assert body["model"]["labels"] == "imagenet"
    assert [row["probability"] for row in body["predictions"]] == pytest.approx([0.5, 0.5], abs=0.1)
    assert not body["confident"]
    assert "kind" not in body
