"""Labels typed by users, as folder names."""

import re
import unicodedata

LONGEST_LABEL = 60
"""Characters, of up to four bytes: a file system allows 255 bytes."""

_NOT_IN_A_NAME = re.compile(r"[^\w\-' ]+")


def safe_label(text: str) -> str:
    """Returns `text` as a folder name; "" if nothing of it can be part of one."""
    plain = _NOT_IN_A_NAME.sub(" ", unicodedata.normalize("NFC", text))
    return " ".join(plain.split())[:LONGEST_LABEL].strip()
