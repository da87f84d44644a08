"""From what a person types to a name that a folder can have."""

import re
import unicodedata

LONGEST_LABEL = 60
"""Characters, of up to four bytes: a file system takes 255 bytes."""

_NOT_IN_A_NAME = re.compile(r"[^\w\-' ]+")


def as_label(text: str) -> str:
    """What a person typed as the name of a folder; "" where nothing of it can be one."""
    plain = _NOT_IN_A_NAME.sub(" ", unicodedata.normalize("NFC", text))
    return " ".join(plain.split())[:LONGEST_LABEL].strip()
