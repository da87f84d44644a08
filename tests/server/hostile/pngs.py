"""PNGs that no camera writes."""

import struct
import zlib
from collections.abc import Iterator

import numpy as np
from PIL import Image

from tests.server.hostile.case import Case, either, read, refused
from tests.server.hostile.making import chunk, flat, png_header, with_chunks, zeros
from tests.server.photo.scenes import scene
from tests.server.pictures import file_of

_END = chunk(b"IEND", b"")


def cases() -> Iterator[Case]:
    yield from _sizes()
    yield from _chunks()
    yield from _codings()


def _sizes() -> Iterator[Case]:
    yield read("one pixel", file_of(flat(1, 1), "PNG"))
    yield read("65535 columns", file_of(flat(65535, 1), "PNG"))
    yield read("65535 rows", file_of(flat(1, 65535), "PNG"))
    for width, height in ((0, 5), (5, 0)):
        yield refused(f"{width} x {height}", png_header(width, height) + chunk(b"IDAT", zeros(100)) + _END)
    for width, height in ((2**31 - 1, 2**31 - 1), (2**32 - 1, 1), (65535, 65535)):
        name = f"{width} x {height}"
        yield Case(name, png_header(width, height) + chunk(b"IDAT", zeros(9)) + _END, frozenset({413, 422}))
    # 60 million pixels of 16-bit RGBA, half a GB of zeros, out of half a MB.
    data = chunk(b"IDAT", zeros(7500 * (1 + 8 * 8000)))
    for interlaced in (0, 1):
        file = png_header(8000, 7500, 16, 6, interlaced) + data + _END
        yield either(f"60 megapixels of 16-bit RGBA, interlaced {interlaced}", file)


def _chunks() -> Iterator[Case]:
    good, bomb = file_of(scene(), "PNG"), zeros(300 << 20)
    yield either("iCCP bomb", with_chunks(good, chunk(b"iCCP", b"a\0\0" + bomb)))
    yield either("zTXt bomb", with_chunks(good, chunk(b"zTXt", b"a\0\0" + bomb)))
    yield either("iTXt bomb", with_chunks(good, chunk(b"iTXt", b"a\0\1\0\0\0" + bomb)))
    yield either(
        "100 zTXt bombs behind the picture",
        good[:-12] + chunk(b"zTXt", b"a\0\0" + zeros(1 << 20)) * 100 + _END,
    )
    yield refused("5000 chunks before the picture", with_chunks(good, chunk(b"abCd", b"") * 5000))
    yield either("300,000 chunks behind the picture", good[:-12] + chunk(b"abCd", b"") * 300_000 + _END)
    at = good.index(b"IDAT") + 4
    empty = chunk(b"IDAT", b"") * 300_000
    yield either("300,000 empty chunks of pixels", good[: at - 8] + empty + good[at - 8 :])
    yield either("EXIF that is noise", with_chunks(good, chunk(b"eXIf", bytes(range(256)))))
    yield either("palette of 5 bytes", with_chunks(good, chunk(b"PLTE", b"abcde")))
    for name in (b"tRNS", b"gAMA", b"pHYs", b"cHRM", b"sRGB", b"acTL", b"fcTL", b"fdAT", b"iCCP", b"tIME"):
        for body in (b"", b"\xff" * 3, b"\xff" * 26):
            yield either(f"{name.decode()} of {len(body)} bytes", with_chunks(good, chunk(name, body)))
    yield either("negative length", good[:33] + b"\xff\xff\xff\xffIDAT" + good[41:])


def _codings() -> Iterator[Case]:
    yield read(
        "16-bit grey", file_of(Image.fromarray(np.arange(4096, dtype=np.uint16).reshape(64, 64)), "PNG")
    )
    yield read("animated", file_of(scene(), "PNG", save_all=True, append_images=[flat(96, 64)] * 50))
    for colour, depth in ((1, 8), (2, 4), (3, 16), (5, 8), (7, 8), (0, 3), (6, 255)):
        file = png_header(9, 9, depth, colour) + chunk(b"IDAT", zeros(900)) + _END
        yield either(f"colour {colour} of {depth} bits", file)
    yield refused("no pixels", png_header(9, 9) + _END)
    yield refused("pixels that are no zlib", png_header(9, 9) + chunk(b"IDAT", b"no zlib") + _END)
    yield either("filter 200", png_header(9, 9) + chunk(b"IDAT", zlib.compress(b"\xc8" * 252)) + _END)
    yield either("too many pixels sent", png_header(9, 9) + chunk(b"IDAT", zeros(50 << 20)) + _END)
    frame = struct.pack(">IIIIIHHBB", 0, 60000, 60000, 0, 0, 1, 1, 0, 0)
    animated = chunk(b"acTL", struct.pack(">II", 2**31, 0)) + chunk(b"fcTL", frame)
    yield either("animated, frame of 60000 x 60000", with_chunks(file_of(scene(), "PNG"), animated))
