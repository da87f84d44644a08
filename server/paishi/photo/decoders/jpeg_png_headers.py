"""The pieces of a JPEG or PNG file: Pillow walks and keeps them in Python, so they are bounded."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from paishi.problems.kinds import PhotoUnreadable

# A phone writes a dozen; a large colour profile and extended XMP some hundreds.
_MOST = 2000

# Start of scan, and of a frame in its thirteen codings (ITU-T T.81, table B.1).
_SCAN = 0xDA
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}

# A scan's header has 6 bytes and 2 for each of 1 to 4 components (ITU-T T.81, B.2.3).
_SCANS = re.compile(rb"\xff\xda\0(?:\x08\x01|\x0a\x02|\x0c\x03|\x0e\x04)")


class Frame(NamedTuple):
    """A JPEG frame's header: its marker's second byte, which names the coding, and its size in pixels.

    `together` says that its first scan has all its components.
    """

    marker: int
    width: int
    height: int
    together: bool


def check_jpeg(data: bytes) -> None:
    """Raise `PhotoUnreadable` where more than 2000 segments and stray bytes precede the first scan."""
    for _ in _segments(data):
        pass


def frame(data: bytes) -> Frame | None:
    """The frame that precedes the first scan; None where there is none, or one of another coding.

    Raises as `check_jpeg`.
    """
    segments = {data[at + 1]: at for at in _segments(data)}
    found = [at for marker, at in segments.items() if marker in _FRAMES]
    if len(found) != 1 or _SCAN not in segments:
        return None
    at = found[0]
    height, width = (int.from_bytes(data[at + k : at + k + 2], "big") for k in (5, 7))
    together = data[at + 9 : at + 10] == data[segments[_SCAN] + 4 : segments[_SCAN] + 5]
    return Frame(data[at + 1], width, height, together)


def scans(data: bytes, most: int) -> int:
    """How many scans a JPEG has, and never fewer; counts no further than `most`."""
    return sum(1 for _ in islice(_SCANS.finditer(data), most))


def _segments(data: bytes) -> Iterator[int]:
    at, left = 2, _MOST
    while left > 0:
        start = data.find(b"\xff", at)
        if start < 0 or len(data) < start + 4:
            return
        yield start
        if data[start + 1] == _SCAN:
            return
        left -= 1 + start - at
        at = start + _length(data, start)
    raise PhotoUnreadable("The JPEG photo holds more metadata than a camera writes: save it anew.")


def _length(data: bytes, start: int) -> int:
    marker = data[start + 1]
    if marker == 0xFF:
        return 1
    alone = marker == 0 or 0xD0 <= marker <= 0xD9
    return 2 if alone else 2 + int.from_bytes(data[start + 2 : start + 4], "big")


def check_png(data: bytes) -> None:
    """Raise `PhotoUnreadable` where more than 2000 chunks precede the first pixel data."""
    at = 8
    for _ in range(_MOST):
        if len(data) < at + 8 or data[at + 4 : at + 8] == b"IDAT":
            return
        at = _next_chunk(data, at)
    raise PhotoUnreadable("The PNG photo holds more metadata than a camera writes: save it anew.")


def chunks(data: bytes, most: int) -> int:
    """How many chunks a PNG has; counts no further than `most`."""
    count, at = 0, 8
    while len(data) >= at + 8 and count < most:
        count += 1
        at = _next_chunk(data, at)
    return count


def _next_chunk(data: bytes, at: int) -> int:
    return at + 12 + int.from_bytes(data[at : at + 4], "big")
