"""Labels typed by users, as folder names."""

import re
import unicodedata

LONGEST_LABEL = 60
"""Characters, of up to four bytes: a file system allows 255 bytes."""

_NOT_IN_A_NAME = re.compile(r"[^\w\-' ]+")
_NOT_AT_AN_END = "-_' "  # options of commands begin with a dash, Python's own folders with underscores
_DEVICE = re.compile(r"con|prn|aux|nul|(com|lpt)[\d¹²³]", re.IGNORECASE)
"""Names that Windows opens as a device, whatever folder they are in."""


def safe_label(text: str) -> str:
    """Returns `text` as a folder name; "" if nothing of it can be part of one."""
    plain = _NOT_IN_A_NAME.sub(" ", unicodedata.normalize("NFC", text))
    label = " ".join(plain.split()).lstrip(_NOT_AT_AN_END)[:LONGEST_LABEL].rstrip(_NOT_AT_AN_END)
    return f"{label}_" if _DEVICE.fullmatch(label) else label
