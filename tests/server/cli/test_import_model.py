"""`paishi import` on the exports of training programs."""

import json
import os
import shutil
import zipfile
from pathlib import Path

import pytest

from paishi.models.custom.folder import find_custom
from paishi.recognition.custom_labels import read_labels
from paishi.runtimes.conversion import convert
from tests.server.cli.command import assert_one_sentence, invoke, run
from tests.server.conftest import ROOT

FIXTURES = ROOT / "tests/server/models/fixtures"
EXPORT = FIXTURES / "2.13-teachable_machine.zip"


def test_an_export_of_teachable_machine_becomes_a_custom_model(tmp_path: Path) -> None:
    target = tmp_path / "models" / "my pets"
    done = run("import", str(EXPORT), "--to", str(target))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        f"my pets: 16 x 16 pixels, 3 labels, in {target}.",
        f"Serve it with: paishi serve --model '{target}'",
    ]
    assert sorted(os.listdir(target)) == ["card.json", "labels.json", "model.keras"]
    assert os.listdir(tmp_path) == ["models"]
    custom = find_custom(str(target))
    assert (custom.card.scale, custom.assumption) == ("-1..1", "")
    assert [label.label for label in read_labels(custom.labels, "").classes] == ["猫 cat", "dog", "a bird"]


@pytest.fixture
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spares each import a process that loads Keras."""
    from paishi.models.custom import importer

    monkeypatch.setattr(convert, "run", lambda module, *arguments: importer._main(*arguments))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder as unzipped, with a card of the operator."""
    source = tmp_path / "source"
    with zipfile.ZipFile(FIXTURES / "2.15-code.zip") as archive:
        archive.extractall(source)
    return source


@pytest.mark.usefixtures("in_this_process")
def test_what_cannot_be_imported_leaves_nothing(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "models").mkdir()
    done = invoke("import", str(folder), "--to", str(tmp_path / "models" / "pets"))
    assert_one_sentence(done)
    assert f"{folder / 'keras_model.h5'}, of Keras 2.15.0, has a Lambda layer called 'to_one'" in done.stderr
    assert not os.listdir(tmp_path / "models")


@pytest.mark.usefixtures("in_this_process")
@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword")
def test_the_number_of_labels_must_fit_and_the_card_is_kept(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    shutil.copy(FIXTURES / "2.13-transfer.keras", source / "pets.keras")
    (source / "card.json").write_text('{"name": "宠物", "version": "2"}', encoding="utf-8")
    (source / "class_indices.json").write_text('{"cat": 0, "dog": 1}')
    done = invoke("import", str(source), "--to", str(tmp_path / "pets"))
    assert_one_sentence(done)
    assert "class_indices.json has 2 labels, but pets.keras needs 3: one for each class" in done.stderr
    assert os.listdir(tmp_path) == ["source"]
    (source / "class_indices.json").write_text('{"cat": 0, "dog": 1, "bird": 2}')
    done = invoke("import", str(source), "--to", str(tmp_path / "pets"))
    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "pets" / "card.json").read_text()) == {"name": "宠物", "version": "2"}
    assert find_custom(str(tmp_path / "pets")).name == "宠物"


@pytest.mark.parametrize("kind", ["file", "full folder"])
def test_what_exists_is_not_overwritten(kind: str, tmp_path: Path) -> None:
    target = tmp_path / "pets"
    if kind == "file":
        target.write_text("mine")
    else:
        target.mkdir()
        (target / "notes.txt").write_text("mine")
    done = invoke("import", str(EXPORT), "--to", str(target))
    assert_one_sentence(done)
    assert f"{target} exists and is no empty folder: name a new one." in done.stderr
    assert "mine" in (target.read_text() if kind == "file" else (target / "notes.txt").read_text())


def test_mistakes_end_it_with_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "pets.rar").write_bytes(b"Rar!\x1a\x07")
    (tmp_path / "empty").mkdir()
    for source, complaint in (
        ("nowhere", "there is no such file or folder"),
        ("pets.rar", f"{tmp_path / 'pets.rar'} is no zip archive, or it is damaged"),
        ("empty", "has no model of Keras"),
    ):
        done = invoke("import", str(tmp_path / source), "--to", str(tmp_path / "pets"))
        assert_one_sentence(done)
        assert complaint in done.stderr
    assert sorted(os.listdir(tmp_path)) == ["empty", "pets.rar"]


@pytest.mark.parametrize("place", [".", "keras_model.h5"])
def test_a_model_that_is_not_imported_yet_is_pointed_at_it(place: str, folder: Path) -> None:
    done = invoke("predict", "photo.jpg", PAISHI_MODEL=str(folder / place))
    assert_one_sentence(done)
    assert f"run `paishi import {folder / place} --to NEW-FOLDER`" in done.stderr


def test_a_keras_file_of_keras_2_is_pointed_at_it(tmp_path: Path) -> None:
    shutil.copy(FIXTURES / "2.13-transfer.keras", tmp_path / "model.keras")
    (tmp_path / "labels.json").write_text('["a", "b", "c"]')
    done = invoke("predict", "photo.jpg", PAISHI_MODEL=str(tmp_path))
    assert_one_sentence(done)
    assert "is of Keras 2.13.1: run `paishi import" in done.stderr
