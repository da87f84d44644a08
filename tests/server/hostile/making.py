"""Files made by hand, where no writer would make them."""

import struct
import zlib

import pillow_heif
from PIL import Image

from tests.server.photo.scenes import scene
from tests.server.pictures import file_of

pillow_heif.register_heif_opener()

GOOD = file_of(scene(), "JPEG")
PNG_HEAD = b"\x89PNG\r\n\x1a\n"


def patched(file: bytes, mark: bytes, skip: int, value: bytes) -> bytes:
    """`value` written over what lies `skip` bytes behind the first `mark`."""
    at = file.index(mark) + skip
    return file[:at] + value + file[at + len(value) :]


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", 2 + len(body)) + body


def with_segments(file: bytes, *segments: bytes) -> bytes:
    """A JPEG with more of them in front."""
    return file[:2] + b"".join(segments) + file[2:]


def more_scans(file: bytes, count: int) -> bytes:
    """A JPEG with its last scan repeated."""
    last = file[file.rindex(b"\xff\xda") : -2]
    return file[:-2] + last * count + b"\xff\xd9"


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png_header(width: int, height: int, depth: int = 8, colour: int = 2, interlaced: int = 0) -> bytes:
    """Signature and IHDR; `colour` 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGBA."""
    return PNG_HEAD + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced))


def with_chunks(file: bytes, *chunks: bytes) -> bytes:
    """A PNG with more of them behind IHDR."""
    return file[:33] + b"".join(chunks) + file[33:]


def zeros(length: int) -> bytes:
    """`length` zero bytes, deflated."""
    packer = zlib.compressobj(1)
    whole, rest = divmod(length, 1 << 20)
    packed = [packer.compress(bytes(1 << 20)) for _ in range(whole)]
    return b"".join([*packed, packer.compress(bytes(rest)), packer.flush()])


def gif(
    screen: tuple[int, int], frame: tuple[int, int], between: bytes = b"", data: bytes = b"\2\1\0"
) -> bytes:
    """`between` stands before the frame; `data` is its code size and blocks."""
    head = b"GIF89a" + struct.pack("<HHBBB", *screen, 0, 0, 0)
    return head + between + b"," + struct.pack("<HHHHB", 0, 0, *frame, 0) + data + b"\0;"


def bmp(width: int, height: int, bits: int, coding: int, body: bytes) -> bytes:
    """`coding` 0 rows, 1 and 2 runs of 8 and 4 bits; 256 colours."""
    head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, coding, len(body), 0, 0, 256, 0)
    colours = bytes(range(256)) * 4
    return (
        b"BM" + struct.pack("<IHHI", 54 + len(colours) + len(body), 0, 0, 54 + 1024) + head + colours + body
    )


def flat(width: int, height: int) -> Image.Image:
    return Image.new("RGB", (width, height), (90, 120, 200))
