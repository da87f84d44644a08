"""Reads Protocol Buffers' wire format, in which ONNX and Paddle store models.

Source: https://protobuf.dev/programming-guides/encoding.
"""

from collections.abc import Iterator

Message = memoryview
"""A message, of which no part is copied."""

_FIXED = {1: 8, 5: 4}  # bytes of a wire type
_LONGEST = 70  # bits of a varint


class Malformed(Exception):
    """The bytes are no message."""


def fields(message: Message) -> Iterator[tuple[int, int | Message]]:
    """Yields number and value of each field; a value with a length is a view. Raises Malformed."""
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        number, wire = tag >> 3, tag & 7
        if wire == 0:
            value, at = _varint(message, at)
            yield number, value
            continue
        if wire == 2:
            length, at = _varint(message, at)
        elif wire in _FIXED:
            length = _FIXED[wire]
        else:
            raise Malformed
        if not number or length > len(message) - at:
            raise Malformed
        yield number, message[at : at + length]
        at += length


def messages(message: Message, *path: int) -> Iterator[Message]:
    """Yields the messages in `message` that the field numbers of `path` lead to. Raises Malformed."""
    first, *rest = path
    for number, value in fields(message):
        if number == first and isinstance(value, memoryview):
            if rest:
                yield from messages(value, *rest)
            else:
                yield value


def text(message: Message, number: int) -> str:
    """The last text in field `number` of `message`, "" if there is none. Raises Malformed."""
    found = [*messages(message, number)]
    return bytes(found[-1]).decode(errors="replace") if found else ""


def numbers(message: Message, number: int) -> list[int]:
    """The int64 numbers in field `number` of `message`, packed or not. Raises Malformed."""
    found = []
    for field, value in fields(message):
        if field != number:
            continue
        if isinstance(value, int):
            found.append(value)
            continue
        at = 0
        while at < len(value):
            one, at = _varint(value, at)
            found.append(one)
    return [value - 2**64 if value >= 2**63 else value for value in found]


def _varint(message: Message, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, _LONGEST, 7):
        if at >= len(message):
            raise Malformed
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & (2**64 - 1), at
    raise Malformed
