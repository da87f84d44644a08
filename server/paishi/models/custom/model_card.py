"""`card.json`: what an operator says of a network, all of it optional."""

from pathlib import Path
from typing import NamedTuple

from paishi.models.backbone import Preprocessing
from paishi.models.custom.json_file import read_json
from paishi.models.errors import CustomModelRefused


class Card(NamedTuple):
    """`preprocessing` is what the server does to RGB pixels of 0..255 before the network gets them."""

    name: str = ""
    description: str = ""
    version: str = ""
    preprocessing: Preprocessing = Preprocessing.NONE


def read_card(file: Path) -> Card:
    """An object of the fields of `Card`, others are left to other programs; an empty one without `file`.

    Raises CustomModelRefused.
    """
    if not file.exists():
        return Card()
    card = read_json(file)
    if not isinstance(card, dict):
        raise CustomModelRefused(f'{file} must be an object, such as {{"name": "flowers"}}.')
    text = {field: card.get(field) or "" for field in ("name", "description", "version")}
    for field, value in text.items():
        if not isinstance(value, str):
            raise CustomModelRefused(f"{file}: {field} must be a string, but it is {value!r}.")
    return Card(
        text["name"].strip(),
        text["description"],
        text["version"],
        _preprocessing(file, card.get("preprocessing")),
    )


def _preprocessing(file: Path, value: object) -> Preprocessing:
    if value is None:
        return Preprocessing.NONE
    known = [convention.value for convention in Preprocessing]
    if value not in known:
        raise CustomModelRefused(
            f"{file}: preprocessing must be one of {', '.join(known)}, but it is {value!r}."
        )
    return Preprocessing(value)
