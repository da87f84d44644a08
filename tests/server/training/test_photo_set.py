import json
import os
from pathlib import Path

import pytest

from paishi.training.errors import TrainingRefused
from paishi.training.photo_set import find_photo_set, need_enough, read_names
from tests.server.training.photo_folders import colour_folder


def write(folder: Path, *classes: str, count: int = 5) -> Path:
    for name in classes:
        (folder / name).mkdir(parents=True)
        for number in range(count):
            (folder / name / f"{number}.jpg").write_bytes(b"a photo")
    return folder


def refusal(folder: Path) -> str:
    def check() -> None:
        photo_set = find_photo_set(folder)
        need_enough(photo_set, photo_set.photos)

    with pytest.raises(TrainingRefused) as refused:
        check()
    return str(refused.value)


def test_folders_are_classes_in_the_order_of_their_names(tmp_path: Path) -> None:
    found = find_photo_set(write(tmp_path, "bees", "ants"))
    assert found.classes == ("ants", "bees")
    assert [(photo.file.parent.name, photo.label, photo.part) for photo in found.photos] == [
        *[("ants", 0, None)] * 5,
        *[("bees", 1, None)] * 5,
    ]
    assert not found.is_divided


def test_train_and_val_divide_the_photos(tmp_path: Path) -> None:
    write(tmp_path / "Train", "a", "b")
    write(tmp_path / "validation", "a", "b", count=1)
    found = find_photo_set(tmp_path)
    assert found.is_divided
    assert found.classes == ("a", "b")
    assert [photo.part for photo in found.photos].count("val") == 2


def test_a_class_may_be_called_train(tmp_path: Path) -> None:
    assert find_photo_set(write(tmp_path, "train", "bus")).classes == ("bus", "train")


@pytest.mark.parametrize("name", ["red  fox", "狐狸", "🦊", "v1.2", "fox,cat", "{fox}", "[red]fox"])
def test_any_name_can_be_a_class(tmp_path: Path, name: str) -> None:
    found = find_photo_set(write(tmp_path, name, "cat"))
    assert set(found.classes) == {name, "cat"}
    assert read_names(found)[found.classes.index(name)] == (name, name, name, name)


def test_case_twins_stay_apart_and_are_named(tmp_path: Path) -> None:
    found = find_photo_set(write(tmp_path, "Cat", "cat", "dog"))
    assert found.classes == ("Cat", "cat", "dog")
    assert found.remarks == ("Cat and cat differ in spelling alone and are trained as 2 classes.",)


def test_loose_photos_and_hidden_folders_do_not_count(tmp_path: Path) -> None:
    write(tmp_path, "a", "b", ".thumbnails")
    (tmp_path / "cover.jpg").write_bytes(b"")
    found = find_photo_set(tmp_path)
    assert found.classes == ("a", "b")
    assert "cover.jpg" in found.remarks[0]


def test_two_thousand_classes_are_found(tmp_path: Path) -> None:
    found = find_photo_set(write(tmp_path, *(f"{number:04}" for number in range(2000)), count=1))
    assert len(found.classes) == len(found.photos) == 2000


def test_unusable_folders_are_refused_with_what_to_do(tmp_path: Path) -> None:
    assert "there is no such folder" in refusal(tmp_path / "nowhere")
    assert "has 0 classes" in refusal(tmp_path)
    (tmp_path / "file").write_bytes(b"")
    assert "is a file" in refusal(tmp_path / "file")
    assert "has 1 class:" in refusal(write(tmp_path / "one", "a"))
    write(tmp_path / "few", "a")
    write(tmp_path / "few", "b", count=4)
    (tmp_path / "few" / "empty").mkdir()
    assert refusal(tmp_path / "few").startswith("b (4), empty (0): a class needs at least 5")
    write(tmp_path / "parts" / "train", "a", "b")
    write(tmp_path / "parts" / "val", "a")
    assert refusal(tmp_path / "parts").startswith("b: there is no readable photo in val")


@pytest.mark.skipif(os.name != "posix", reason="file names are text there")
def test_a_name_that_is_no_text_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "a", "b")
    os.mkdir(os.fsencode(tmp_path) + b"/\xff")
    assert "is not in UTF-8" in refusal(tmp_path)


@pytest.mark.parametrize("inside", [True, False])
def test_names_come_from_labels_json(tmp_path: Path, inside: bool) -> None:
    folder = write(tmp_path / "photos", "ants", "bees", "n01440764")
    file = (folder if inside else tmp_path) / "labels.json"
    file.write_text(json.dumps({"ants": {"zh": "蚂蚁", "en": "ant"}, "bees": "蜜蜂"}), encoding="utf-8")
    assert read_names(find_photo_set(folder)) == [
        ("ants", "ants", "ant", "蚂蚁"),
        ("bees", "bees", "bees", "蜜蜂"),
        ("n01440764", "tench", "tench", "丁鱥"),
    ]


def test_names_come_from_the_labels_of_another_model_as_well(tmp_path: Path) -> None:
    rows = [{"id": "1", "label": "red", "name": {"en": "Red", "zh": "红色"}}]
    (tmp_path / "labels.json").write_text(json.dumps(rows), encoding="utf-8")
    found = read_names(find_photo_set(colour_folder(tmp_path / "photos", count=1)))
    assert found[1] == ("red", "red", "Red", "红色")


@pytest.mark.parametrize("content", ["no", '"word"', '{"ants": 3}'])
def test_damaged_names_are_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "labels.json").write_text(content)
    with pytest.raises(TrainingRefused, match=r"labels\.json"):
        read_names(find_photo_set(write(tmp_path / "photos", "ants", "bees")))
