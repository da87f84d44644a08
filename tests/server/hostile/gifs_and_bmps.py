"""GIFs and BMPs that no program writes."""

import struct
from collections.abc import Iterator

from tests.server.hostile.case import Case, either, read, refused
from tests.server.hostile.making import bmp, flat, gif, patched
from tests.server.photo.scenes import scene
from tests.server.pictures import file_of


def cases() -> Iterator[Case]:
    yield from _gifs()
    yield from _bmps()


def _gifs() -> Iterator[Case]:
    good = file_of(scene().quantize(64), "GIF")
    yield read("animated GIF", file_of(scene(), "GIF", save_all=True, append_images=[flat(96, 64)] * 300))
    yield refused("GIF screen of 65535 x 65535", gif((65535, 65535), (1, 1)), 413)
    yield refused("GIF frame of 65535 x 65535", gif((1, 1), (65535, 65535)), 413)
    yield refused("GIF of 0 x 0", gif((0, 0), (0, 0)))
    yield refused("GIF of a million comments", gif((9, 9), (9, 9), b"!\xfe\0" * 1_000_000))
    yield refused(
        "GIF comment in a million pieces", gif((9, 9), (9, 9), b"!\xfe" + b"\1a" * 1_000_000 + b"\0")
    )
    yield refused("GIF comment without an end", gif((9, 9), (9, 9), b"!\xfe\xff"))
    yield either("GIF with a MB of stray bytes", gif((9, 9), (9, 9), b"a" * 1_000_000))
    yield either("GIF frame behind stray bytes, huge", gif((1, 1), (65535, 65535), b"aaa"))
    yield either("GIF comments behind the frame", good[:-1] + b"!\xfe\0" * 1_000_000 + b";")
    for size in (0, 1, 9, 13, 255):
        yield either(f"GIF codes of {size} bits", gif((50, 50), (50, 50), data=bytes([size]) + b"\xff" * 256))
    yield either("GIF without a palette", gif((50, 50), (50, 50), data=b"\x08\xff" + bytes(255)))


def _bmps() -> Iterator[Case]:
    good = file_of(scene(), "BMP")
    yield read("BMP from the top", patched(good, b"BM", 22, struct.pack("<i", -64)))
    yield Case("BMP of -2^31 rows", patched(good, b"BM", 22, b"\0\0\0\x80"), frozenset({413, 422}))
    yield Case(
        "BMP of 2^31 - 1 columns", patched(good, b"BM", 18, b"\xff\xff\xff\x7f"), frozenset({413, 422})
    )
    yield either("BMP of -96 columns", patched(good, b"BM", 18, struct.pack("<i", -96)))
    yield either("BMP whose pixels begin at 4 GB", patched(good, b"BM", 10, b"\xff\xff\xff\xff"))
    for bits in (0, 3, 64, 255):
        yield refused(f"BMP of {bits} bits", patched(good, b"BM", 28, struct.pack("<H", bits)))
    for coding in (1, 2, 3, 4, 5, 6, 11, 255):
        yield either(f"BMP coding {coding}", patched(good, b"BM", 30, struct.pack("<I", coding)))
    for bits, coding in ((8, 1), (4, 2)):
        yield either(f"runs of {bits} bits beyond the row", bmp(9, 9, bits, coding, b"\xff\1" * 500))
        yield either(f"runs of {bits} bits that jump", bmp(900, 900, bits, coding, b"\0\2\xff\xff" * 5000))
        yield either(f"runs of {bits} bits that stop", bmp(9, 9, bits, coding, b"\0\xff"))
    # Filling each row up takes Pillow half a minute here.
    slow = bmp(8000, 8000, 8, 1, b"\1\2\0\0" * 8000)
    yield refused("64 megapixels of ended rows", slow)
