"""Width and height from the header, for the two formats whose Pillow reader allocates before we can ask."""


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


def gif_canvas(data: bytes) -> tuple[int, int]:
    """Width and height in pixels of a GIF's screen, widened to its first frame (GIF89a, sections 18-20)."""
    width, height = _little(data[6:8]), _little(data[8:10])
    at = 13 + _palette(data[10:11])
    while data[at : at + 1] == b"!":
        at = _after_blocks(data, at + 2)
    if data[at : at + 1] != b",":
        return width, height
    left, top, wide, high = (_little(data[at + k : at + k + 2]) for k in (1, 3, 5, 7))
    return max(width, left + wide), max(height, top + high)


def _palette(flags: bytes) -> int:
    return 3 << (flags[0] & 7) + 1 if flags and flags[0] & 128 else 0


def _after_blocks(data: bytes, at: int) -> int:
    while at < len(data) and data[at]:
        at += 1 + data[at]
    return at + 1


def _little(field: bytes) -> int:
    return int.from_bytes(field, "little")
