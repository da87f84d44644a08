"""Width and height from the header: before a reader allocates for them, and where it is told what to do."""

from paishi.problems.kinds import PhotoUnreadable

# Of the extensions before a GIF's first frame, which Pillow joins in Python; 20,000 hold 5 MB.
_BLOCKS = 20_000

# A BMP's rows as they are, with and without masks (BI_RGB, BI_BITFIELDS).
_UNPACKED = {0, 3}


def webp_canvas(data: bytes) -> tuple[int, int]:
    """Width and height in pixels of a WebP file (RFC 9649, sections 2.5-2.7); (0, 0) where unknown."""
    kind = data[12:16]
    if kind == b"VP8X":
        return _little(data[24:27]) + 1, _little(data[27:30]) + 1
    if kind == b"VP8 ":
        return _little(data[26:28]) & 0x3FFF, _little(data[28:30]) & 0x3FFF
    if kind == b"VP8L":
        bits = _little(data[21:25])
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return 0, 0


def gif_canvas(data: bytes) -> tuple[int, int] | None:
    """Width and height in pixels of a GIF's screen, widened to its first frame (GIF89a, sections 18-20).

    None where no frame follows the extensions. Raises `PhotoUnreadable` where those have over 20,000 pieces.
    """
    at, room = 13 + _palette(data[10:11]), _BLOCKS
    while data[at : at + 1] == b"!":
        at, room = _after_blocks(data, at + 2, room)
    if data[at : at + 1] != b",":
        return None
    width, height, left, top, wide, high = (
        _little(data[k : k + 2]) for k in (6, 8, at + 1, at + 3, at + 5, at + 7)
    )
    return max(width, left + wide), max(height, top + high)


def bmp_canvas(data: bytes) -> tuple[int, int, bool]:
    """Width and height in pixels of a BMP, and whether run lengths or another coding pack its pixels."""
    if _little(data[14:18]) == 12:
        return _little(data[18:20]), _little(data[20:22]), False
    width, height = (int.from_bytes(data[at : at + 4], "little", signed=True) for at in (18, 22))
    return abs(width), abs(height), _little(data[30:34]) not in _UNPACKED


def _palette(flags: bytes) -> int:
    return 3 << (flags[0] & 7) + 1 if flags and flags[0] & 128 else 0


def _after_blocks(data: bytes, at: int, room: int) -> tuple[int, int]:
    while at < len(data) and data[at] and room > 0:
        at, room = at + 1 + data[at], room - 1
    if room <= 0:
        raise PhotoUnreadable("The GIF photo holds more metadata than pictures do: save it anew.")
    return at + 1, room - 1


def _little(field: bytes) -> int:
    return int.from_bytes(field, "little")
