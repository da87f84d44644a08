"""A bound on the pieces before the first pixel: Pillow walks and keeps them one by one, in Python."""

from server.photo.errors import PhotoUnreadable

# A phone writes a dozen; a large colour profile and extended XMP some hundreds.
_MOST = 2000

# Start of scan (ITU-T T.81, table B.1).
_SCAN = 0xDA


def check_jpeg(data: bytes) -> None:
    """Raise `PhotoUnreadable` where more than 2000 segments and stray bytes precede the first scan."""
    at, left = 2, _MOST
    while left > 0:
        start = data.find(b"\xff", at)
        if start < 0 or len(data) < start + 4 or data[start + 1] == _SCAN:
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
        at += 12 + int.from_bytes(data[at : at + 4], "big")
    raise PhotoUnreadable("The PNG photo holds more metadata than a camera writes: save it anew.")
