"""Good files of every format, cut off at every interesting place and with bits turned over."""

import random
from collections.abc import Iterator

from tests.server.hostile.case import Case, either
from tests.server.hostile.making import patched
from tests.server.photo.scenes import exif, scene
from tests.server.pictures import file_of

GOOD_FILES = {
    "JPEG": file_of(scene(), "JPEG", exif=exif(6)),
    "progressive JPEG": file_of(scene(), "JPEG", progressive=True),
    "CMYK JPEG": file_of(scene().convert("CMYK"), "JPEG"),
    "PNG": file_of(scene(), "PNG", exif=exif(6)),
    "palette PNG": file_of(scene().quantize(16), "PNG"),
    "GIF": file_of(scene().quantize(64), "GIF"),
    "WebP": file_of(scene(), "WEBP", exif=exif(6)),
    "lossless WebP": file_of(scene(), "WEBP", lossless=True),
    "BMP": file_of(scene(), "BMP"),
    "HEIF": file_of(scene(), "HEIF", exif=exif(6)),
    "AVIF": file_of(scene(), "AVIF", exif=exif(6)),
}
_MARKS = (
    b"\xff\xda",
    b"\xff\xc0",
    b"\xff\xc4",
    b"IDAT",
    b"IEND",
    b"VP8 ",
    b"VP8L",
    b"mdat",
    b"meta",
    b"iloc",
)


def cases() -> Iterator[Case]:
    for name, file in GOOD_FILES.items():
        marks = [file.find(mark) + ahead for mark in _MARKS for ahead in (0, 2, 6) if mark in file]
        for length in sorted({1, 2, 3, 8, 12, 13, 26, 30, 54, len(file) // 2, len(file) - 1, *marks}):
            # The very first bytes of any format are no format yet.
            yield Case(f"{length} bytes of {name}", file[:length], frozenset({200, 413, 415, 422}))
        chance = random.Random(name)
        for number in range(10):
            at = chance.randrange(14, len(file))
            flipped = bytes([file[at] ^ 1 << chance.randrange(8)])
            yield either(f"{name} with bit {number} turned over", patched(file, file[:4], at, flipped))
