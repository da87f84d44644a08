"""Cards of classes: each class has one, its pinyin is right, its sentences claim nothing about health."""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator

import httpx

from paishi.recognition.cards import ClassCard, load_cards
from paishi.recognition.labels import LABELS, load_labels
from tests.server.api.test_contract import example

CARDS = load_cards("imagenet")
HAN = re.compile("[\u3400-\u9fff]")
CLAIMS = {
    "zh": re.compile("好吃|美味|口感|营养|药|食用|可食|健康|治|疗|滋补|保健|养生"),
    "en": re.compile(
        r"edible|\btast|delicious|nutri|health|medic|\bheal|remed|\bcure|flavou?r", re.IGNORECASE
    ),
}


def toneless(syllable: str) -> str:
    plain = (mark for mark in unicodedata.normalize("NFD", syllable) if not unicodedata.combining(mark))
    return "".join(plain)


def test_each_class_has_a_card_in_the_order_of_the_labels() -> None:
    rows = json.loads((LABELS / "imagenet_cards.json").read_text("utf-8"))
    assert [row["id"] for row in rows] == [label.id for label in load_labels("imagenet").classes]
    assert all(set(row) == {"id", "pinyin", "about"} and set(row["about"]) == {"en", "zh"} for row in rows)


def test_each_sentence_is_one_of_a_fitting_length_without_a_claim() -> None:
    def faults(card: ClassCard) -> Iterator[str]:
        for language, text, end, lengths in (
            ("zh", card.zh, "。", range(20, 61)),
            ("en", card.en, ".", range(40, 161)),
        ):
            if not text.endswith(end) or len(text) not in lengths or CLAIMS[language].search(text):
                yield text

    assert [text for card in CARDS.values() for text in faults(card)] == []


def test_the_pinyin_reads_the_chinese_name() -> None:
    from pypinyin import Style, pinyin  # 60 MB, which every worker that collects this file would have

    def is_reading(card: ClassCard) -> bool:
        characters = HAN.findall(card.label.zh)
        syllables = [part for part in card.pinyin.split(" ") if part not in card.label.zh]  # T in T恤
        readings = [pinyin(character, style=Style.TONE, heteronym=True)[0] for character in characters]
        return len(syllables) == len(characters) and all(
            syllable in {*some, *map(toneless, some)}
            for syllable, some in zip(syllables, readings, strict=True)
        )

    assert [(card.label.zh, card.pinyin) for card in CARDS.values() if not is_reading(card)] == []


def test_no_sentence_is_there_twice() -> None:
    for sentences in ([card.zh for card in CARDS.values()], [card.en for card in CARDS.values()]):
        assert max(Counter(sentences).values()) == 1


def test_the_kind_is_the_most_special_one() -> None:
    assert CARDS["n02504013"].kind.id == "elephant"
    assert CARDS["n02099601"].kind.en != "a dog"
    assert all(card.kind.id for card in CARDS.values())


def test_it_is_served(client: httpx.Client) -> None:
    answer = client.get("/classes/n02504013")
    assert answer.json() == example("class-card")
    assert answer.headers["Cache-Control"] == "public, max-age=86400"
    refused = client.get("/classes/n0")
    assert refused.status_code == 404
    assert refused.json()["code"] == "not-found"
