"""The thousand names."""

import json
import re
from collections import Counter

import pytest

from paishi.recognition.labels import load_labels
from tests.server.conftest import need_shared

IMAGENET = load_labels("imagenet").classes
BY_ID = {label.id: label for label in IMAGENET}

# A brand that has no Chinese name, and two Chinese words that are written with a Latin letter.
LATIN_IS_RIGHT = {"iPod", "T恤", "福特T型车"}


def test_they_are_keras_own_classes_in_keras_own_order() -> None:
    index = json.loads(need_shared("keras", "models", "imagenet_class_index.json").read_text())
    assert [[label.id, label.label] for label in IMAGENET] == [index[str(number)] for number in range(1000)]


def test_all_thousand_are_there() -> None:
    assert len(IMAGENET) == len(BY_ID) == 1000
    assert all(re.fullmatch(r"n\d{8}", label.id) for label in IMAGENET)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_name_is_empty_or_used_twice(language: str) -> None:
    names = [getattr(label, language) for label in IMAGENET]
    assert all(name and name == name.strip() and "_" not in name for name in names)
    assert [name for name, times in Counter(map(str.lower, names)).items() if times > 1] == []


def test_chinese_names_are_chinese() -> None:
    latin = {label.zh for label in IMAGENET if re.search(r"[A-Za-z]", label.zh)}
    assert latin == LATIN_IS_RIGHT
    for label in IMAGENET:
        if label.zh not in LATIN_IS_RIGHT:
            assert re.fullmatch(r"[\u3400-\u9fff]+", label.zh), label


def test_english_names_are_latin() -> None:
    for label in IMAGENET:
        assert re.fullmatch(r"[A-Za-zé' .-]+", label.en), label


@pytest.mark.parametrize("language", ["zh", "en"])
def test_names_fit_on_a_phone(language: str) -> None:
    longest = {"zh": 10, "en": 32}[language]
    assert [name for label in IMAGENET if len(name := getattr(label, language)) > longest] == []


# Classes that a translation by the word alone gets wrong.
MEANT = {
    "n01440764": "丁鱥",  # tench
    "n01847000": "公鸭",  # drake, the male duck
    "n02012849": "鹤",  # crane, the bird
    "n03126707": "起重机",  # crane, the machine
    "n02113186": "卡迪根柯基犬",  # Cardigan, the dog
    "n02963159": "针织开衫",  # cardigan, the garment
    "n03710637": "连体泳衣",  # maillot
    "n03710721": "背心式泳衣",  # maillot, tank suit
    "n04355933": "墨镜",  # sunglass
    "n04356056": "太阳镜",  # sunglasses
    "n03954731": "刨子",  # plane
    "n03895866": "火车车厢",  # passenger car
    "n13133613": "玉米棒",  # ear
    "n12620546": "蔷薇果",  # hip
}


@pytest.mark.parametrize("wnid", MEANT)
def test_the_wnid_decides_what_is_meant(wnid: str) -> None:
    assert BY_ID[wnid].zh == MEANT[wnid]
