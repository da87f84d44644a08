"""One hostile file and its right response."""

from typing import NamedTuple


class Case(NamedTuple):
    """`statuses` are the right HTTP statuses; several if decoders may differ."""

    name: str
    data: bytes
    statuses: frozenset[int]


def read(name: str, data: bytes) -> Case:
    """Odd, but a photo."""
    return Case(name, data, frozenset({200}))


def refused(name: str, data: bytes, status: int = 422) -> Case:
    return Case(name, data, frozenset({status}))


def either(name: str, data: bytes) -> Case:
    """Read or refused: only a server error or no response would be wrong."""
    return Case(name, data, frozenset({200, 413, 422}))
