"""Where a trained model and its labels lie, and archives that are refused."""

import os
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from paishi.models.custom import source
from paishi.models.custom.source import find_source, unpack
from paishi.models.errors import CustomModelRefused


def folder_of(tmp_path: Path, *names: str) -> Path:
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    return tmp_path


@pytest.mark.parametrize(
    ("names", "model", "labels", "card"),
    [
        (["keras_model.h5", "labels.txt"], "keras_model.h5", "labels.txt", None),
        (["x/pets.keras", "x/class_indices.json", ".git/y.h5"], "x/pets.keras", "x/class_indices.json", None),
        (
            ["m.hdf5", "m.weights.h5", "labels.txt", "labels.json", "card.json"],
            "m.hdf5",
            "labels.json",
            "card.json",
        ),
        (["M.H5", "classes.txt", "._M.H5", "__MACOSX/z.h5"], "M.H5", "classes.txt", None),
    ],
)
def test_is_found_in_a_folder_and_its_archive(
    names: list[str], model: str, labels: str, card: str | None, tmp_path: Path
) -> None:
    folder = folder_of(tmp_path / "folder", *names)
    found = find_source(folder)
    assert (found.model, found.labels) == (folder / model, folder / labels)
    assert found.card == (folder / card if card else None)
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for name in names:
            archive.write(folder / name, f"converted/{name}")
    (tmp_path / "unpacked").mkdir()
    unpack(tmp_path / "all.zip", tmp_path / "unpacked")
    again = find_source(tmp_path / "unpacked")
    assert again.model.read_text() == model
    assert again.labels.read_text() == labels
    assert not list((tmp_path / "unpacked").glob("*weights*"))


def test_the_file_may_be_named(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, "a.h5", "b.h5", "labels.txt")
    assert find_source(folder / "b.h5").model == folder / "b.h5"
    with pytest.raises(
        CustomModelRefused, match=r"several models: a\.h5, b\.h5\. Name the file: paishi import .*a\.h5"
    ):
        find_source(folder)


@pytest.mark.parametrize(
    ("names", "complaint"),
    [
        (["keras_model.h5"], r"no labels beside keras_model\.h5\. Write labels\.txt, a line for each class"),
        (["labels.txt"], r"has no model of Keras: neither a \.keras nor an \.h5 file"),
        (
            ["model.savedmodel/saved_model.pb", "labels.txt"],
            "is a SavedModel, which Keras 3 does not read: save",
        ),
        (
            ["model.json", "weights.bin"],
            "is for TensorFlow.js: .*in Teachable Machine export it as TensorFlow, Keras",
        ),
        (["model_unquant.tflite", "labels.txt"], "is for TensorFlow Lite"),
    ],
)
def test_what_is_missing_is_said(names: list[str], complaint: str, tmp_path: Path) -> None:
    with pytest.raises(CustomModelRefused, match=complaint):
        find_source(folder_of(tmp_path, *names))


def link(archive: zipfile.ZipFile) -> None:
    member = zipfile.ZipInfo("labels.txt")
    member.external_attr = (stat.S_IFLNK | 0o777) << 16
    archive.writestr(member, "/etc/passwd")


def encrypted(archive: zipfile.ZipFile) -> None:
    archive.writestr("m.h5", "x")
    archive.filelist[0].flag_bits |= 1


def bomb(archive: zipfile.ZipFile) -> None:
    archive.writestr("m.h5", bytes(2_000_000), zipfile.ZIP_DEFLATED)


def with_file(name: str) -> Callable[[zipfile.ZipFile], None]:
    return lambda archive: archive.writestr(name, "x")


def many(archive: zipfile.ZipFile) -> None:
    for number in range(12):
        archive.writestr(str(number), "")


@pytest.mark.parametrize(
    ("fill", "complaint"),
    [
        (with_file("../m.h5"), r"has the path '\.\./m\.h5', which leads out of it"),
        (with_file("/m.h5"), "has the path '/m.h5'"),
        (with_file("C:/m.h5"), "has the path 'C:/m.h5'"),
        (with_file("a/../../m.h5"), "which leads out of it"),
        (link, "has a link, 'labels.txt': pack the file itself"),
        (encrypted, "is encrypted: unpack it, and import the folder"),
        (bomb, "would unpack to 2 MB, more than 1 MB"),
        (many, "has 12 files: a model has a few"),
        (with_file("saved_model.pb"), "is a SavedModel"),
        (with_file("readme.txt"), "has no model of Keras"),
    ],
)
def test_other_archives_are_refused(
    fill: Callable[[zipfile.ZipFile], None], complaint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "_LARGEST", 1_000_000)
    monkeypatch.setattr(source, "_MOST_FILES", 10)
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        fill(archive)
    (tmp_path / "unpacked").mkdir()
    with pytest.raises(CustomModelRefused, match=complaint) as refused:
        unpack(tmp_path / "all.zip", tmp_path / "unpacked")
    assert str(refused.value).startswith(str(tmp_path / "all.zip"))
    assert sorted(os.listdir(tmp_path)) == ["all.zip", "unpacked"]
    assert not os.listdir(tmp_path / "unpacked")


def test_a_bomb_that_says_it_is_small_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "all.zip"
    with zipfile.ZipFile(file, "w") as archive:
        bomb(archive)
    content = file.read_bytes()
    file.write_bytes(content.replace((2_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little")))
    (tmp_path / "unpacked").mkdir()
    with pytest.raises(CustomModelRefused, match="is no zip archive, or it is damaged"):
        unpack(file, tmp_path / "unpacked")
    assert sum(path.stat().st_size for path in (tmp_path / "unpacked").iterdir()) <= 10


@pytest.mark.parametrize("content", [b"", b"Rar!\x1a\x07", b"PK\x03\x04 cut off"])
def test_what_is_no_archive_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "all.zip").write_bytes(content)
    with pytest.raises(CustomModelRefused, match="is no zip archive, or it is damaged"):
        unpack(tmp_path / "all.zip", tmp_path)
