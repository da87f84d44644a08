"""What people may like to read about a class: the reading of its Chinese name, and a sentence."""

import json
from functools import cache
from typing import NamedTuple

from paishi.recognition.kinds import Kind, load_kinds
from paishi.recognition.labels import LABELS, Label, load_labels


class ClassCard(NamedTuple):
    """`pinyin` is that of the Chinese name, a syllable for each character; `en` and `zh` are a sentence;
    `kind` is the most special one of the class."""

    label: Label
    pinyin: str
    en: str
    zh: str
    kind: Kind


@cache
def load_cards(name: str) -> dict[str, ClassCard]:
    """Reads `shared/labels/<name>_cards.json`: an array of `{"id", "pinyin", "about": {"en", "zh"}}`."""
    rows = json.loads((LABELS / f"{name}_cards.json").read_text(encoding="utf-8"))
    written = {row["id"]: row for row in rows}
    kinds = load_kinds(name)
    first_kind = kinds.members.argmax(axis=0)
    return {
        label.id: ClassCard(label, row["pinyin"], **row["about"], kind=kinds.kinds[first_kind[index]])
        for index, label in enumerate(load_labels(name).classes)
        for row in [written[label.id]]
    }
