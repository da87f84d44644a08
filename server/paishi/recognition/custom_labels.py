"""Class names of a custom model."""

from collections import Counter
from pathlib import Path

from paishi.models.custom.folder import CustomModel, read_json
from paishi.models.errors import CustomModelRefused
from paishi.recognition.labels import Label, Labels, load_labels

_FORM = 'such as {"id": "1", "label": "ant", "name": {"en": "ant", "zh": "蚂蚁"}}, or only "ant"'


def labels_of(custom: CustomModel) -> Labels:
    """The names of `custom`, those of ImageNet if it has none of its own. Raises CustomModelRefused."""
    return read_labels(custom.labels, custom.name) if custom.labels else load_labels("imagenet")


def read_labels(file: Path, name: str) -> Labels:
    """Reads `file`, a JSON array in the order of the model's outputs, as the labels `name`.

    Entries are objects as in `shared/labels`, or strings, which serve as id, label and both names. Raises
    CustomModelRefused.
    """
    rows = read_json(file)
    if not isinstance(rows, list) or not rows:
        raise CustomModelRefused(f"{file} must be an array with one entry a class, {_FORM}.")
    classes = tuple(_label(file, number, row) for number, row in enumerate(rows))
    if len(classes) == 1:
        raise CustomModelRefused(
            f"{file} has one class, which names nothing: there must be two or more. A model of one sigmoid "
            "needs two, first what 0 means, then what 1 means."
        )
    (most, count), *_ = Counter(label.id for label in classes).most_common(1)
    if count > 1:
        raise CustomModelRefused(f"{file} has {count} classes with the id {most!r}.")
    return Labels(name, classes)


def _label(file: Path, number: int, row: object) -> Label:
    names = row.get("name") if isinstance(row, dict) else None
    if isinstance(row, str):
        found: list[object] = [row] * 4
    elif isinstance(row, dict) and isinstance(names, dict):
        found = [row.get("id"), row.get("label"), names.get("en"), names.get("zh")]
    else:
        raise CustomModelRefused(f"{file}: class {number} must be {_FORM}.")
    for field, value in zip(("id", "label", "name.en", "name.zh"), found, strict=True):
        if not isinstance(value, str) or not value.strip():
            raise CustomModelRefused(f"{file}: class {number} has no {field}, or an empty one.")
    return Label(*(str(value) for value in found))
