"""Class names in the forms of training programs."""

import json
from pathlib import Path

import pytest

from paishi.models.custom.label_file import read_label_file
from paishi.models.errors import CustomModelRefused

NAMES = ["猫 cat", "狗", "a bird"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("labels.txt", "0 猫 cat\r\n1 狗\r\n2 a bird\r\n".encode()),
        ("labels.txt", "\ufeff2 a bird\n0\t猫 cat\n1: 狗".encode()),
        ("labels.txt", "猫 cat\n 狗 \na bird\n\n".encode()),
        ("labels.txt", "0 猫 cat\n1 狗\n2 a bird".encode("gb18030")),
        ("labels.txt", "猫 cat\n狗\na bird".encode("utf-16")),
        ("class_indices.json", '\ufeff{"狗": 1, "猫 cat": 0, "a bird": 2}'.encode()),
        ("class_indices.json", '{"0": "猫 cat", "1": "狗", "2": "a bird"}'.encode()),
        ("labels.json", json.dumps(NAMES).encode()),
    ],
)
def test_every_form_gives_the_same_names(name: str, content: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    assert read_label_file(tmp_path / name) == NAMES


@pytest.mark.parametrize(
    "names", [["7 up", "100 plus"], ["1 yuan", "2 yuan"], ["0", "1", "2"], ["0 sugar", "cola"]]
)
def test_numbers_may_belong_to_names(names: list[str], tmp_path: Path) -> None:
    (tmp_path / "labels.txt").write_text("\n".join(names))
    assert read_label_file(tmp_path / "labels.txt") == names


def test_rows_with_names_in_two_languages_stay(tmp_path: Path) -> None:
    rows = [{"id": "1", "label": "ant", "name": {"en": "ant", "zh": "蚂蚁"}}]
    (tmp_path / "labels.json").write_text(json.dumps(rows))
    assert read_label_file(tmp_path / "labels.json") == rows


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("labels.txt", b"0 cat\n2 dog", "must number its 2 lines from 0 to 1, each once, or not at all"),
        ("labels.txt", b"0 cat\n0 dog", "must number its 2 lines"),
        ("labels.txt", b"cat\n\ndog", "line 2 is empty"),
        ("labels.txt", b"caf\xe9\ndog", "is not in UTF-8: save it as UTF-8"),
        ("class_indices.json", b'{"cat": 1, "dog": 2}', "each class one of the numbers 0 to 1"),
        ("class_indices.json", b'{"cat": true, "dog": 0}', "each class one of the numbers 0 to 1"),
        ("class_indices.json", b'"cat"', "must be an array of names, or an object"),
        ("class_indices.json", b"{cat: 0}", "is no JSON"),
    ],
)
def test_other_content_is_refused(name: str, content: bytes, complaint: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(CustomModelRefused, match=complaint):
        read_label_file(tmp_path / name)
