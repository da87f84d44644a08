from pathlib import Path

import pytest

from paishi.models.errors import CustomModelRefused
from paishi.recognition.custom_labels import read_labels
from paishi.recognition.labels import LABELS, Label, load_labels
from tests.server.models.custom_models import write_json

ANT = {"id": "1", "label": "ant", "name": {"en": "an ant", "zh": "蚂蚁"}}


def test_reads_both_forms_in_their_order(tmp_path: Path) -> None:
    write_json(tmp_path / "labels.json", ["蜜蜂", ANT])
    labels = read_labels(tmp_path / "labels.json", "insects")
    assert labels.name == "insects"
    assert labels.classes == (Label("蜜蜂", "蜜蜂", "蜜蜂", "蜜蜂"), Label("1", "ant", "an ant", "蚂蚁"))


def test_reads_the_form_of_the_catalogue() -> None:
    assert read_labels(LABELS / "imagenet.json", "imagenet") == load_labels("imagenet")


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ({}, "must be an array with one entry a class"),
        ([], "must be an array with one entry a class"),
        ([5], "class 0 must be such as"),
        ([ANT, {"id": "2", "label": "bee"}], "class 1 must be such as"),
        ([ANT, {**ANT, "id": "2", "name": {"en": "bee"}}], "class 1 has no name.zh, or an empty one"),
        ([ANT, {**ANT, "id": " "}], "class 1 has no id"),
        ([{**ANT, "label": ""}], "class 0 has no label"),
        ([{**ANT, "id": 1}], "class 0 has no id"),
        (["ant", ""], "class 1 has no id"),
        (["ant", "bee", "ant"], "has 2 classes with the id 'ant'"),
    ],
)
def test_refuses_other_forms(content: object, complaint: str, tmp_path: Path) -> None:
    file = tmp_path / "labels.json"
    write_json(file, content)
    with pytest.raises(CustomModelRefused, match=complaint) as refused:
        read_labels(file, "insects")
    assert str(refused.value).startswith(str(file))


def test_refuses_what_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(CustomModelRefused, match="cannot be read"):
        read_labels(tmp_path, "insects")
