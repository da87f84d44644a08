"""Names that users type for taught things."""

import unicodedata

from paishi.problems.kinds import RequestInvalid

LONGEST_NAME = 60
"""Characters, as a reader counts them."""

_MOST_CODE_POINTS = 240
_BIDI = {*range(0x202A, 0x202F), *range(0x2066, 0x206A)}
"""Controls that turn the direction of the text around a name."""
_JOINER = "\u200d"
_SKIN = range(0x1F3FB, 0x1F400)
_REGIONAL = range(0x1F1E6, 0x1F200)


def checked_name(text: str) -> str:
    """Returns `text` as a name: one line, without controls. Raises RequestInvalid, for users to read."""
    visible = "".join(
        " " if unicodedata.category(char) in ("Cc", "Zl", "Zp") else char
        for char in unicodedata.normalize("NFC", text)
        if ord(char) not in _BIDI
    )
    name = " ".join(visible.split())
    if not name:
        raise RequestInvalid("name: it is missing. Send what this thing is called as `name`.")
    if not any(char.isalnum() for char in name):
        raise RequestInvalid("name: it has no letter or digit. Choose another one.")
    if visible_length(name) > LONGEST_NAME or len(name) > _MOST_CODE_POINTS:
        raise RequestInvalid(f"name: it is longer than {LONGEST_NAME} characters. Choose a shorter one.")
    return name


def same_name(one: str, other: str) -> bool:
    """Whether users would take both for one name: case and width of letters make no difference."""
    return _folded(one) == _folded(other)


def visible_length(text: str) -> int:
    """Characters that a reader counts: an emoji of several code points is one, and so is a letter with its
    accents. This follows Unicode's UAX 29 for what people type, without its tables."""
    length, flags, is_joined = 0, 0, False
    for char in text:
        continues = unicodedata.category(char) in ("Mn", "Me", "Mc", "Cf") or ord(char) in _SKIN
        if ord(char) in _REGIONAL:
            flags += 1
            continues = flags % 2 == 0
        length += not (continues or is_joined)
        is_joined = char == _JOINER
    return length


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
