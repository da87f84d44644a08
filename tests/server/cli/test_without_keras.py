"""Without the extra `keras` the built-in model is served whole, as are models in ONNX and Paddle's format,
and all else says what it needs."""

import io
import os
import tarfile
from pathlib import Path

import pytest
from PIL import Image

from tests.server.cli.command import run
from tests.server.conftest import run_server, wait_for
from tests.server.models.file_host import host_file
from tests.server.models.graph_models import FIXTURES, LABELS, answers, graph_folder, pictures
from tests.server.pictures import crossword, file_of

JSON = {"Accept": "application/json"}

# As in an environment that has neither.
SITE = """
import importlib.metadata, sys
missing = {"keras", "tensorflow", "tensorflow-cpu"}
sys.modules.update(keras=None, tensorflow=None)
installed = importlib.metadata.version
def version(package):
    if package in missing:
        raise importlib.metadata.PackageNotFoundError(package)
    return installed(package)
importlib.metadata.version = version
"""


@pytest.fixture
def without_keras(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(SITE)
    path = os.pathsep.join([str(tmp_path / "site"), os.environ["PYTHONPATH"]])
    return {
        "PYTHONPATH": path,
        "KERAS_HOME": str(tmp_path / "keras"),
        "PAISHI_CACHE": str(tmp_path / "cache"),
    }


def test_the_builtin_model_is_served(tmp_path: Path, without_keras: dict[str, str]) -> None:
    environment = {**without_keras, "PAISHI_STAND_IN": "EfficientNetLite0"}
    with run_server(tmp_path / "output", **environment) as server, server.client() as client:
        answer = client.post("/predict", files={"image": crossword()}).json()
        assert answer["predictions"][0]["label"] == "crossword_puzzle"
        wait_for(lambda: "reason" in client.get("/readyz").json()["awaited"], 60, "the reason")
        assert "paishi[keras]" in client.get("/readyz").json()["awaited"]["reason"]
        explained = client.post("/explain?id=n03141823", files={"image": crossword()})
        assert explained.status_code == 200, explained.text
    assert not (tmp_path / "keras" / "models").exists(), "weights were fetched that cannot be converted"


def test_its_layers_need_keras(tmp_path: Path, without_keras: dict[str, str]) -> None:
    environment = {**without_keras, "PAISHI_MODEL": "EfficientNetLite0"}
    with run_server(tmp_path / "output", **environment) as server, server.client() as client:
        assert len(client.post("/features", files={"image": crossword()}).json()["features"]) == 1280
        refused = client.post("/features?layer=stem_conv", files={"image": crossword()})
        assert refused.status_code < 500
        assert "paishi[keras]" in refused.json()["detail"], refused.text


def test_a_folder_of_paddle_is_served_whole(tmp_path: Path, without_keras: dict[str, str]) -> None:
    folder = graph_folder(tmp_path / "pets", "paddle_relu_head")
    environment = {**without_keras, "PAISHI_MODEL": str(folder)}
    with run_server(tmp_path / "output", **environment) as server, server.client() as client:
        for number in (0, 1):  # plain colours, which no fitting changes
            photo = file_of(Image.fromarray(pictures()[number]), "PNG")
            answer = client.post("/predict", files={"image": photo}).json()
            found = {one["label"]: one["probability"] for one in answer["predictions"]}
            expected = dict(zip(LABELS, answers("paddle_relu_head")[number].tolist(), strict=True))
            assert found == pytest.approx(expected, abs=1e-4)
            assert answer["model"] == {"name": "pets", "labels": "pets"}
        explained = client.post("/explain", files={"image": photo}, headers=JSON)
        assert explained.json()["method"] == "cam", explained.text
        assert len(client.post("/features", files={"image": photo}).json()["features"]) == 6
        refused = client.post("/features?layer=conv", files={"image": photo})
        assert refused.json()["code"] == "not-explainable", refused.text
        [listed] = [one for one in client.get("/models").json()["models"] if one["serving"]]
        assert (listed["name"], listed["precision"]) == ("pets", "fp32")


def test_a_model_of_paddleclas_is_fetched_and_served(tmp_path: Path, without_keras: dict[str, str]) -> None:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for name in ("inference.pdiparams", "inference.pdmodel"):
            tar.add(FIXTURES / "paddle_imagenet" / name, f"PPHGNetV2_B0_ssld_infer/{name}")
    with host_file(archive.getvalue()) as host:
        environment = {
            **without_keras,
            "PAISHI_MODEL": "PPHGNetV2_B0",
            "PAISHI_WEIGHTS_MIRRORS": host.url,
            "PAISHI_STAND_IN": "",
            "NO_PROXY": "127.0.0.1",
        }
        with run_server(tmp_path / "output", **environment) as server, server.client() as client:
            answer = client.post("/predict", files={"image": crossword()}).json()
            assert answer["model"] == {"name": "PPHGNetV2_B0", "labels": "imagenet"}
            assert len(answer["predictions"]) == 5
            explained = client.post("/explain", files={"image": crossword()}, headers=JSON)
            assert explained.json()["method"] == "cam", explained.text
            refused = client.post("/features?layer=conv", files={"image": crossword()})
            assert "PPHGNetV2_B0 gives no layers by name" in refused.json()["detail"]
        assert [request.path for request in host.requests] == ["/PPHGNetV2_B0_ssld_infer.tar"]
    verified = run("weights", "verify", "PPHGNetV2_B0", **environment)
    assert "is complete, sha256 as at its first download" in verified.stdout, verified.stderr
    file = tmp_path / "keras" / "models" / "PPHGNetV2_B0_ssld_infer.tar"
    file.write_bytes(file.read_bytes() + bytes(512))
    verified = run("weights", "verify", "PPHGNetV2_B0", **environment)
    assert verified.returncode == 1
    assert "is damaged" in verified.stderr


def test_an_onnx_model_names_photos(tmp_path: Path, without_keras: dict[str, str]) -> None:
    folder = graph_folder(tmp_path / "pets", "torch_logits")
    (tmp_path / "photo.png").write_bytes(file_of(Image.fromarray(pictures()[1]), "PNG"))
    done = run("predict", str(tmp_path / "photo.png"), **without_keras, PAISHI_MODEL=str(folder))
    assert done.returncode == 0, done.stderr
    assert "bee" in done.stdout
    assert f"{100 * answers('torch_logits')[1, 1]:.1f}" in done.stdout


@pytest.mark.parametrize(
    "settings",
    [{"PAISHI_MODEL": "MobileNetV2"}, {"PAISHI_MODEL": "EfficientNetLite0", "PAISHI_RUNTIME": "tensorflow"}],
    ids=["another model", "another runtime"],
)
def test_what_needs_keras_says_so(
    tmp_path: Path, without_keras: dict[str, str], settings: dict[str, str]
) -> None:
    (tmp_path / "photo.jpg").write_bytes(crossword())
    done = run("predict", str(tmp_path / "photo.jpg"), **without_keras, **settings)
    assert done.returncode == 1
    assert "paishi[keras]" in done.stderr
    assert "Traceback" not in done.stderr
