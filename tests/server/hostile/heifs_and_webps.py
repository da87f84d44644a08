"""HEIF, AVIF and WebP: containers that can say one thing and hold another."""

import struct
from collections.abc import Iterator

from tests.server.hostile.case import Case, either, read, refused
from tests.server.hostile.making import flat, patched
from tests.server.photo.scenes import scene
from tests.server.pictures import file_of


def cases() -> Iterator[Case]:
    for kind in ("HEIF", "AVIF"):
        yield from _iso_media(kind)
    yield from _webps()


def _iso_media(kind: str) -> Iterator[Case]:
    good, large = file_of(scene(), kind), file_of(flat(2000, 2000), kind, quality=10, **_FAST[kind])
    yield read(f"{kind}", good)
    claims = _sized(good, 30000, 30000)
    yield Case(f"{kind} that claims 30000 x 30000", claims, frozenset({413, 422}))
    yield either(f"{kind} that claims 5000 x 5000", _sized(good, 5000, 5000))
    yield either(f"{kind} that claims 10 x 10 and has 4 megapixels", _sized(large, 10, 10))
    yield either(f"{kind} that claims 0 x 0", _sized(good, 0, 0))
    yield either(f"{kind} of 4 megapixels", large)
    for box in (b"meta", b"iloc", b"iinf", b"iprp", b"ipco", b"ipma", b"pitm", b"mdat", b"ispe"):
        for length in (b"\0\0\0\0", b"\0\0\0\1", b"\0\0\0\7", b"\xff\xff\xff\xff"):
            yield either(f"{kind}, {box.decode()} of {length.hex()}", _with_length(good, box, length))
        at = good.index(box)
        yield either(f"{kind}, noise in {box.decode()}", good[: at + 8] + b"\xa5" * 12 + good[at + 20 :])
    animated = good.replace(b"ftypheic", b"ftyphevc").replace(b"ftypavif", b"ftypavis")
    yield either(f"{kind} that calls itself a film", animated)


_FAST: dict[str, dict[str, int]] = {"HEIF": {}, "AVIF": {"speed": 10}}


def _sized(file: bytes, width: int, height: int) -> bytes:
    return patched(file, b"ispe", 8, struct.pack(">II", width, height))


def _with_length(file: bytes, box: bytes, length: bytes) -> bytes:
    return patched(file, box, -4, length)


def _webps() -> Iterator[Case]:
    lossy, lossless = file_of(scene(), "WEBP"), file_of(scene(), "WEBP", lossless=True)
    frames = [flat(96, 64), scene()] * 20
    yield read("animated WebP", file_of(scene(), "WEBP", save_all=True, append_images=frames))
    yield refused("lossless WebP of 16384 x 16384", patched(lossless, b"VP8L", 9, b"\xff\xff\xff\x0f"), 413)
    yield refused("lossy WebP of 16383 x 16383", patched(lossy, b"\x9d\x01\x2a", 3, b"\xff\x3f\xff\x3f"), 413)
    yield refused("lossy WebP of 0 x 0", patched(lossy, b"\x9d\x01\x2a", 3, bytes(4)))
    extended = file_of(scene(), "WEBP", exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff")
    yield either("WebP with half an EXIF block", extended)
    yield Case("WebP canvas of 2^24 x 2^24", patched(extended, b"VP8X", 12, b"\xff" * 6), frozenset({413}))
    yield either("WebP canvas of 1 x 1", patched(extended, b"VP8X", 12, bytes(6)))
    yield either("WebP that is 4 GB long", patched(lossy, b"RIFF", 4, b"\xff\xff\xff\xff"))
    junk = b"junk\0\0\0\0" * 200_000
    longer = patched(extended, b"RIFF", 4, struct.pack("<I", len(extended) + len(junk) - 8))
    yield either("WebP with 200,000 empty chunks", longer + junk)
    yield either(
        "WebP of 4 megapixels", file_of(flat(2000, 2000), "WEBP", lossless=True, quality=0, method=0)
    )
