"""Which photos are decoded in the server and which in a sandbox."""

import pytest

from paishi.photo.decoders.formats import format_of
from paishi.photo.decoders.in_process import DecodeOptions
from paishi.photo.sandbox.cost import is_cheap
from tests.server.hostile.making import GOOD, chunk, flat, more_scans, patched, png_header, segment
from tests.server.photo.scenes import scene
from tests.server.pictures import file_of

PROGRESSIVE = file_of(scene(), "JPEG", progressive=True)
SOF = GOOD.index(b"\xff\xc0")


def sized(width: int, height: int, file: bytes = GOOD) -> bytes:
    at = file.index(b"\xff\xc0" if b"\xff\xc0" in file else b"\xff\xc2") + 5
    return file[:at] + height.to_bytes(2, "big") + width.to_bytes(2, "big") + file[at + 4 :]


CHEAP = {
    "JPEG of 12 megapixels": sized(4032, 3024),
    "progressive JPEG of 12 megapixels": sized(4032, 3024, PROGRESSIVE),
    "small JPEG of 1000 scans": more_scans(PROGRESSIVE, 1000),
    "JPEG with a film behind it": GOOD + b"\xff\xda" * 5000,
    "PNG of 12 megapixels": png_header(4032, 3024) + chunk(b"IDAT", b""),
    "WebP": file_of(scene(), "WEBP"),
}
COSTLY = {
    "JPEG of 64 megapixels": sized(8000, 8000),
    "progressive JPEG of 50 scans": sized(4032, 3024, more_scans(PROGRESSIVE, 50)),
    "arithmetic JPEG": GOOD[: SOF + 1] + b"\xc9" + GOOD[SOF + 2 :],
    "lossless JPEG": GOOD[: SOF + 1] + b"\xc3" + GOOD[SOF + 2 :],
    "JPEG of two frames": GOOD[:SOF] + segment(0xC2, GOOD[SOF + 4 : SOF + 19]) + GOOD[SOF:],
    "PNG of 64 megapixels": png_header(8000, 8000) + chunk(b"IDAT", b""),
    "PNG of 30,000 chunks": png_header(9, 9) + chunk(b"IDAT", b"") * 30_000,
    "WebP of 16 megapixels": patched(file_of(scene(), "WEBP"), b"\x9d\x01\x2a", 3, b"\xa0\x0f\xa0\x0f"),
    "GIF": file_of(scene(), "GIF"),
    "BMP": file_of(scene(), "BMP"),
    "HEIF": file_of(scene(), "HEIF"),
    "AVIF": file_of(scene(), "AVIF"),
}


@pytest.mark.parametrize("name", CHEAP)
def test_cheap(name: str) -> None:
    assert is_cheap(format_of(CHEAP[name]), CHEAP[name], DecodeOptions(64_000_000))


@pytest.mark.parametrize("name", COSTLY)
def test_costly(name: str) -> None:
    for short_side in (None, 512):
        assert not is_cheap(format_of(COSTLY[name]), COSTLY[name], DecodeOptions(64_000_000, short_side))


def test_a_jpeg_of_24_megapixels_is_cheap_where_it_is_reduced() -> None:
    file = sized(6000, 4000)
    assert is_cheap("JPEG", file, DecodeOptions(64_000_000, 512))
    assert not is_cheap("JPEG", file, DecodeOptions(64_000_000))


def test_scans_of_one_component_each_are_counted_in_a_baseline_jpeg_too() -> None:
    one = file_of(flat(9, 9).convert("L"), "JPEG")
    scan = one[one.index(b"\xff\xda") : -2]
    file = sized(4000, 3000, GOOD[: GOOD.index(b"\xff\xda")] + scan * 100)
    assert not is_cheap("JPEG", file, DecodeOptions(64_000_000))
