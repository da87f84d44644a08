"""Bounds the cost of a photo by its header: cheap photos need no process that can be killed."""

import re
from collections.abc import Iterator
from itertools import islice

from paishi.photo.decoders.formats import Format
from paishi.photo.decoders.in_process import DecodeOptions, check_pixels
from paishi.problems.kinds import PhotoUnreadable

# The costliest of a thousand odd files takes 90 ns a pixel (16-bit PNG, CMYK with a table-based profile) and
# 16 bytes (WebP): a phone's usual 12 megapixels stay well below two seconds and 250 MB.
_PIXELS = 13_000_000

# A JPEG at a fraction of its size costs a tenth of that.
_REDUCED_PIXELS = 26_000_000

# Each scan visits every block again, however few bytes it has: a nanosecond a pixel.
_SCANNED_PIXELS = 200_000_000

# Pillow reads segments and chunks in Python and keeps them. Before the pixels a phone writes a dozen, a large
# colour profile and extended XMP take some hundreds.
_METADATA = 2000
_CHUNKS = 20_000

# Start of frame in its thirteen codings, and of a scan (ITU-T T.81, table B.1).
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_SCAN = 0xDA

# Huffman-coded, 8 bits: baseline, extended, progressive. Arithmetic coding is slow and no camera uses it.
_PROGRESSIVE = 0xC2
_HUFFMAN = {0xC0, 0xC1, _PROGRESSIVE}

# A scan's header has 6 bytes and 2 for each of 1 to 4 components (ITU-T T.81, B.2.3).
_SCANS = re.compile(rb"\xff\xda\0(?:\x08\x01|\x0a\x02|\x0c\x03|\x0e\x04)")


def is_cheap(kind: Format, data: bytes, options: DecodeOptions) -> bool:
    """Whether `data` of format `kind` certainly decodes within a second.

    False for HEIF and AVIF, whose headers may be wrong, and for GIF and BMP, which Pillow decodes partly in
    Python. Raises `PhotoUnreadable` for more metadata than photos have, and `PhotoTooManyPixels` for a WebP,
    whose reader allocates all pixels at once.
    """
    match kind:
        case "JPEG":
            return _is_cheap_jpeg(data, _PIXELS if options.short_side is None else _REDUCED_PIXELS)
        case "PNG":
            return _is_cheap_png(data)
        case "WebP":
            width, height = _webp_canvas(data)
            check_pixels((width, height), options.max_pixels)
            return 0 < width * height <= _PIXELS
    return False


def _is_cheap_jpeg(data: bytes, most_pixels: int) -> bool:
    segments = {data[at + 1]: at for at in _segments(data)}
    frames = [at for marker, at in segments.items() if marker in _FRAMES]
    if len(frames) != 1 or _SCAN not in segments:
        return False
    frame, scan = frames[0], segments[_SCAN]
    height, width = (int.from_bytes(data[frame + k : frame + k + 2], "big") for k in (5, 7))
    pixels = width * height
    if data[frame + 1] not in _HUFFMAN or pixels > most_pixels:
        return False
    if data[frame + 1] != _PROGRESSIVE and data[frame + 9 : frame + 10] == data[scan + 4 : scan + 5]:
        return True  # the first scan has all components, and the reader stops after it
    most = _SCANNED_PIXELS // max(1, pixels)
    return sum(1 for _ in islice(_SCANS.finditer(data), most + 1)) <= most


def _segments(data: bytes) -> Iterator[int]:
    """Yields the offsets of a JPEG's segments up to the first scan. Stray bytes count as segments."""
    at, left = 2, _METADATA
    while left > 0:
        start = data.find(b"\xff", at)
        if start < 0 or len(data) < start + 4:
            return
        yield start
        marker = data[start + 1]
        if marker == _SCAN:
            return
        left -= 1 + start - at
        if marker == 0xFF:
            at = start + 1
        elif marker == 0 or 0xD0 <= marker <= 0xD9:
            at = start + 2
        else:
            at = start + 2 + int.from_bytes(data[start + 2 : start + 4], "big")
    raise PhotoUnreadable("The JPEG photo holds more metadata than a camera writes: save it anew.")


def _is_cheap_png(data: bytes) -> bool:
    width, height = int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    at, count, has_pixels = 8, 0, False
    while len(data) >= at + 8 and count <= _CHUNKS:
        has_pixels |= data[at + 4 : at + 8] == b"IDAT"
        if count >= _METADATA and not has_pixels:
            raise PhotoUnreadable("The PNG photo holds more metadata than a camera writes: save it anew.")
        count += 1
        at += 12 + int.from_bytes(data[at : at + 4], "big")
    return width * height <= _PIXELS and count <= _CHUNKS


def _webp_canvas(data: bytes) -> tuple[int, int]:
    """Width and height in pixels of a WebP file (RFC 9649, sections 2.5-2.7); (0, 0) if unknown."""

    def number(start: int, end: int) -> int:
        return int.from_bytes(data[start:end], "little")

    match data[12:16]:
        case b"VP8X":
            return number(24, 27) + 1, number(27, 30) + 1
        case b"VP8 ":
            return number(26, 28) & 0x3FFF, number(28, 30) & 0x3FFF
        case b"VP8L":
            bits = number(21, 25)
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return 0, 0
