"""What a photo costs at most, told from its header: what may be decoded where nothing can stop it."""

from collections.abc import Callable

from paishi.photo.decoders.formats import Format
from paishi.photo.decoders.header_size import bmp_canvas, gif_canvas, webp_canvas
from paishi.photo.decoders.jpeg_png_headers import chunks, frame, scans
from paishi.photo.decoders.options import DecodeOptions

# The worst of a thousand odd files takes 90 ns a pixel (16-bit PNG, CMYK through a profile with tables) and
# 16 bytes (WebP): a phone's usual 12 megapixels stay well below two seconds and 250 MB.
_PIXELS = 13_000_000

# At a fraction of its size a JPEG costs a tenth of that.
_REDUCED_PIXELS = 26_000_000

# Each scan visits every block again, however few bytes it has: a nanosecond a pixel.
_SCANNED_PIXELS = 200_000_000

# Huffman-coded, 8 bits: baseline, extended, progressive. Arithmetic coding is slow and nobody's camera's.
_PROGRESSIVE = 0xC2
_FRAMES = {0xC0, 0xC1, _PROGRESSIVE}

# Pillow walks and keeps chunks one by one, in Python.
_CHUNKS = 20_000


def is_cheap(kind: Format, data: bytes, options: DecodeOptions) -> bool:
    """Whether `data`, which begins as `kind`, certainly decodes within a second; False where unsure."""
    return kind in _CHEAP and _CHEAP[kind](data, options)


def _jpeg(data: bytes, options: DecodeOptions) -> bool:
    found = frame(data)
    if found is None or found.marker not in _FRAMES:
        return False
    pixels = found.width * found.height
    if pixels > (_PIXELS if options.short_side is None else _REDUCED_PIXELS):
        return False
    if found.together and found.marker != _PROGRESSIVE:
        return True  # what comes after the first scan is not read
    most = _SCANNED_PIXELS // max(1, pixels)
    return scans(data, most + 1) <= most


def _png(data: bytes, _: DecodeOptions) -> bool:
    width, height = int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    return width * height <= _PIXELS and chunks(data, _CHUNKS + 1) <= _CHUNKS


def _webp(data: bytes, _: DecodeOptions) -> bool:
    width, height = webp_canvas(data)
    return 0 < width * height <= _PIXELS


def _gif(data: bytes, _: DecodeOptions) -> bool:
    canvas = gif_canvas(data)
    return canvas is not None and canvas[0] * canvas[1] <= _PIXELS


def _bmp(data: bytes, _: DecodeOptions) -> bool:
    # Pillow expands run lengths pixel by pixel, in Python.
    width, height, packed = bmp_canvas(data)
    return not packed and width * height <= _PIXELS


# The headers of HEIF and AVIF may lie: how much there is to decode shows only while it is decoded.
_CHEAP: dict[Format, Callable[[bytes, DecodeOptions], bool]] = {
    "JPEG": _jpeg,
    "PNG": _png,
    "WebP": _webp,
    "GIF": _gif,
    "BMP": _bmp,
}
