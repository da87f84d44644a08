"""One hostile file and what it must get."""

from typing import NamedTuple


class Case(NamedTuple):
    """`statuses` are the answers over HTTP that are right; several where decoders may differ in mercy."""

    name: str
    data: bytes
    statuses: frozenset[int]


def read(name: str, data: bytes) -> Case:
    """Odd, but a photo."""
    return Case(name, data, frozenset({200}))


def refused(name: str, data: bytes, status: int = 422) -> Case:
    return Case(name, data, frozenset({status}))


def either(name: str, data: bytes) -> Case:
    """Read or refused: only a failure of ours, or silence, would be wrong."""
    return Case(name, data, frozenset({200, 413, 422}))
