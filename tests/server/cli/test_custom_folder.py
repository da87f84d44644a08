"""A custom model on the command line."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from paishi.models.keras.imports import keras
from tests.server.cli.command import assert_one_sentence, invoke, run
from tests.server.conftest import run_server
from tests.server.models.custom_models import malicious, save, write_custom, write_json
from tests.server.models.graph_models import graph_folder
from tests.server.pictures import file_of

RED = file_of(Image.new("RGB", (80, 60), (230, 40, 10)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_custom(tmp_path / "colours", labels=["red", "green"])


def of_torch(folder: Path, labels: Sequence[str] = ("red", "blue", "other"), **card: str) -> Path:
    """A model of PyTorch, which is converted in no time, without TensorFlow."""
    return graph_folder(folder, "torch_logits", labels, {"output": "logits", **card})


def without(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def with_labels(text: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        (folder / "labels.json").write_text(text, encoding="utf-8")

    return change


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda folder: folder.rename(folder.parent / "elsewhere"), "there is no such folder"),
        (without("model.keras"), "there is no model.keras, model.onnx or inference.pdmodel in it"),
        (without("labels.json"), "there is no labels.json in it"),
        (with_labels("red, green"), "is no JSON"),
        (with_labels('{"red": 0}'), "must be an array"),
        (with_labels('["red", ""]'), "class 1 has no id"),
        (with_labels('["red", "red"]'), "2 classes with the id 'red'"),
        (lambda folder: (folder / "card.json").write_text("no"), "card.json is no JSON"),
        (lambda folder: (folder / "model.keras").write_bytes(b"no"), "is no file of Keras 3"),
    ],
)
def test_a_mistake_ends_the_program_with_one_sentence(
    change: Callable[[Path], None], complaint: str, folder: Path
) -> None:
    change(folder)
    done = invoke("predict", "photo.jpg", PAISHI_MODEL=str(folder))
    assert_one_sentence(done)
    assert complaint in done.stderr


def test_a_mistake_ends_the_server_as_well(tmp_path: Path) -> None:
    done = run("serve", PAISHI_MODEL=str(tmp_path / "nowhere"), PAISHI_PORT="0")
    assert_one_sentence(done)
    assert "there is no such folder" in done.stderr


def test_weights_belong_to_the_catalogue(folder: Path) -> None:
    done = run("serve", PAISHI_MODEL=str(folder), PAISHI_WEIGHTS="/some/file.h5", PAISHI_PORT="0")
    assert_one_sentence(done)
    assert "PAISHI_WEIGHTS=/some/file.h5 is for" in done.stderr


def test_a_file_with_code_is_refused_and_its_code_not_run(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    folder = write_custom(tmp_path / "colours", labels=["red", "green"])
    save(malicious(victim), folder)
    done = run("serve", PAISHI_MODEL=str(folder), PAISHI_PORT="0")
    assert_one_sentence(done)
    assert "has a Lambda layer" in done.stderr
    assert not victim.exists()


def test_one_sigmoid_names_two_classes_and_may_have_the_name_of_another_model(tmp_path: Path) -> None:
    """The assumed preprocessing is said as well."""
    picture = keras.Input((32, 32, 3))
    pooled = keras.layers.GlobalAveragePooling2D()(picture)
    model = keras.Model(picture, keras.layers.Dense(1, activation="sigmoid")(pooled))
    model.set_weights([np.array([[-0.1], [0.1], [0]]), np.zeros(1)])
    folder = write_custom(tmp_path / "colours", model, card={"name": "ResNet50"})
    (tmp_path / "red.jpg").write_bytes(RED)
    done = run("predict", "--json", "--model", str(folder / "model.keras"), str(tmp_path / "red.jpg"))
    body = json.loads(done.stdout)
    assert [prediction["label"] for prediction in body["predictions"]] == ["red", "green"]
    assert sum(prediction["probability"] for prediction in body["predictions"]) == pytest.approx(1)
    assert body["model"] == {"name": "ResNet50", "labels": "ResNet50"}
    assert "has no layer that scales pixels" in done.stderr


def test_predict_names_photos_with_it(tmp_path: Path) -> None:
    folder = of_torch(tmp_path / "colours")
    (tmp_path / "red.jpg").write_bytes(RED)
    done = run("predict", "--json", "--model", str(folder), str(tmp_path / "red.jpg"))
    body = json.loads(done.stdout)
    assert [prediction["label"] for prediction in body["predictions"]] == ["red", "other", "blue"]
    assert body["model"] == {"name": "colours", "labels": "colours"}


def test_use_switches_to_a_folder_and_keeps_it_if_another_fails(tmp_path: Path) -> None:
    folder = of_torch(tmp_path / "colours")
    other = of_torch(tmp_path / "other", ["rot", "blau", "anders"])
    wrong = of_torch(tmp_path / "wrong", ["one", "two"])
    home = {"KERAS_HOME": str(tmp_path / "keras")}
    with (
        run_server(tmp_path / "output", PAISHI_MODEL=str(folder), **home) as server,
        server.client() as client,
    ):

        def answer() -> list[str]:
            body = client.post("/predict", files={"image": RED}).json()
            return [body["model"]["name"], body["predictions"][0]["label"]]

        assert answer() == ["colours", "red"]
        done = run("use", f"{folder}/../other", **home)
        assert done.returncode == 0, done.stderr
        assert f"now serves {other}." in done.stdout
        assert answer() == ["other", "rot"]

        done = run("use", str(wrong), **home)
        assert_one_sentence(done, code=1)
        assert "3 probabilities but has 2 labels" in done.stderr
        assert answer() == ["other", "rot"]

        done = run("use", str(tmp_path / "nowhere"), **home)
        assert_one_sentence(done, code=1)
        assert "there is no such folder" in done.stderr
        assert answer() == ["other", "rot"]


def test_the_catalogue_is_shown_as_well(folder: Path, tmp_path: Path) -> None:
    write_json(folder / "labels.json", ["red", "green"])
    done = invoke("models", "--json", PAISHI_MODEL=str(folder), KERAS_HOME=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)) > 30


def test_names_that_look_like_markup_are_only_names(tmp_path: Path) -> None:
    """Of a folder, a card and a class; what closes a tag that was never opened would end the program."""
    folder = of_torch(tmp_path / "a[" / "b]", ["[/red]", "[blue]", "other"], name="[/c] [v2]")
    (tmp_path / "red.jpg").write_bytes(RED)
    model = {"PAISHI_MODEL": str(folder)}
    done = run("predict", str(tmp_path / "red.jpg"), **model)
    assert done.returncode == 0, done.stderr
    assert "[/red]" in done.stdout
    assert "[blue]" in done.stdout
    home = {"KERAS_HOME": str(tmp_path / "keras")}
    with run_server(tmp_path / "output", **model, **home):
        done = run("use", str(folder), **home)
        assert done.returncode == 0, done.stderr
        assert f"now serves {folder}." in done.stdout
    printed = (tmp_path / "output").read_text()
    assert f"Loading {folder} …" in printed
    assert "[/c] [v2] on openvino" in printed
