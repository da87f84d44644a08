"""Finds classes by name."""

from difflib import get_close_matches

from paishi.recognition.labels import Label, Labels

_LONGEST = 100
_NEAREST = 3


class UnknownClass(Exception):
    """No class has this name; the message suggests the nearest."""


def find_classes(labels: Labels, called: str) -> list[int]:
    """Returns the indices of classes whose id, Keras label, English or Chinese name is `called`.

    Several classes may share a name. Case is ignored, and underscores equal spaces. Raises UnknownClass.
    """
    spec = _plain(called)
    classes = [index for index, label in enumerate(labels.classes) if spec in map(_plain, _names(label))]
    if classes:
        return classes
    known = {_plain(name): name for label in labels.classes for name in _names(label)}
    near = [known[match] for match in get_close_matches(spec[:_LONGEST], known, n=_NEAREST)]
    suggestion = f"Did you mean {' or '.join(near)}?" if near else "An id will do, such as n02088364."
    raise UnknownClass(f"There is no class called {called[:_LONGEST]!r}. {suggestion}")


def _names(label: Label) -> tuple[str, ...]:
    return label.id, label.label, label.en, label.zh


def _plain(name: str) -> str:
    return " ".join(name.replace("_", " ").casefold().split())
