"""Reads class names in the forms in which training programs write them."""

import re
from pathlib import Path

from paishi.models.custom.folder import read_json
from paishi.models.errors import CustomModelRefused
from paishi.system.regular_file import read_bytes

LABEL_FILES = ("labels.json", "class_indices.json", "labels.txt", "classes.txt", "class_names.txt")
"""In the order in which they are looked for."""
_LARGEST = 16_000_000  # bytes
_NUMBERED = re.compile(r"(\d+)[ \t:,]+(\S.*)")


def read_label_file(file: Path) -> list[object]:
    """Returns an entry for each class in the order of the model's outputs, as `labels.json` has them.

    JSON is an array, {"cat": 0} or {"0": "cat"}. Text has a line for each class, "0 cat" or "cat". Raises
    CustomModelRefused.
    """
    if file.suffix != ".json":
        return list(_lines(file))
    content = read_json(file)
    if isinstance(content, dict):
        return list(_of_indices(file, content))
    if isinstance(content, list):
        return content
    raise CustomModelRefused(
        f'{file} must be an array of names, or an object such as {{"cat": 0, "dog": 1}}.'
    )


def _of_indices(file: Path, content: dict[str, object]) -> list[str]:
    by_name = {index: name for name, index in content.items() if type(index) is int}
    by_index = {int(index): name for index, name in content.items() if re.fullmatch("[0-9]{1,6}", index)}
    for found in (by_name, by_index):
        if len(found) == len(content) and sorted(found) == list(range(len(content))):
            return [str(found[index]) for index in range(len(content))]
    raise CustomModelRefused(
        f"{file} must give each class one of the numbers 0 to {max(len(content) - 1, 1)}, such as "
        '{"cat": 0, "dog": 1}.'
    )


def _lines(file: Path) -> list[str]:
    lines = [line.strip() for line in _text(file).splitlines()]
    while lines and not lines[-1]:
        lines.pop()
    for number, line in enumerate(lines, start=1):
        if not line:
            raise CustomModelRefused(f"{file}: line {number} is empty: it must have a line for each class.")
    matches = [_NUMBERED.fullmatch(line) for line in lines]
    numbered = {int(match[1]): match[2] for match in matches if match}
    if not numbered or 0 not in numbered or not all(matches):
        return lines
    if sorted(numbered) != list(range(len(lines))):
        raise CustomModelRefused(
            f"{file} must number its {len(lines)} lines from 0 to {len(lines) - 1}, each once, or not at all."
        )
    return [numbered[index] for index in range(len(lines))]


def _text(file: Path) -> str:
    """Decodes UTF-8, UTF-16 with its mark, or GB18030, in which Windows in Chinese writes."""
    try:
        content = read_bytes(file, _LARGEST)
    except OSError as error:
        raise CustomModelRefused(f"{file} cannot be read: {error.strerror or error}.") from error
    is_utf16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if is_utf16 else ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise CustomModelRefused(f"{file} is not in UTF-8: save it as UTF-8.")
