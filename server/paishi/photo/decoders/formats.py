"""Detects the format of a file by its first bytes."""

import re
from typing import Literal, get_args

from paishi.problems.kinds import FormatUnsupported, PhotoUnreadable

Format = Literal["JPEG", "PNG", "WebP", "GIF", "BMP", "HEIF", "AVIF"]

FORMATS: tuple[Format, ...] = get_args(Format)

ACCEPTED = "JPEG, PNG, WebP, GIF, BMP, HEIC/HEIF, AVIF"

# Sizes of the BMP information header that Pillow reads; "BM" alone would also match prose.
_BMP_HEADERS = {12, 16, 40, 52, 56, 64, 108, 124}

_AVIF_BRANDS = {b"avif", b"avis"}
_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"}

# Known but refused formats, for the error message only: a wrong guess does no harm.
_REFUSED: list[tuple[re.Pattern[bytes], str]] = [
    (re.compile(pattern, re.DOTALL | re.IGNORECASE), name)
    for pattern, name in [
        (rb"....ftyp(crx )", "a camera raw picture"),
        (rb"....(ftyp|moov|mdat|wide|free)", "an MP4 or MOV video"),
        (rb"(II[*+]\0|MM\0[*+])", "TIFF"),
        (rb"8BPS", "a Photoshop picture"),
        (rb"%PDF", "PDF"),
        (rb"%!PS|\xc5\xd0\xd3\xc6", "PostScript"),
        (rb"\0\0\0\x0cjP  |\xff\x4f\xff\x51", "JPEG 2000"),
        (rb"\0\0\0\x0cJXL |\xff\x0a", "JPEG XL"),
        (rb"\0\0[\x01\x02]\0", "a Windows icon"),
        (rb"DDS ", "a DDS texture"),
        (rb"BLP[12]", "a BLP texture"),
        (rb"P[1-7]\s", "PPM"),
        (rb"RIFF....AVI ", "an AVI video"),
        (rb"\x1a\x45\xdf\xa3", "a WebM or Matroska video"),
        (rb"PK\x03\x04", "a ZIP archive"),
        (rb"\x1f\x8b", "a gzip archive"),
        (rb".{0,1024}<svg", "SVG"),
        (rb"[\s\xef\xbb\xbf]*<(!doctype )?html", "a web page"),
    ]
]


def format_of(data: bytes) -> Format:
    """Returns the accepted format that `data` begins with.

    Raises `PhotoUnreadable` if `data` is empty, `FormatUnsupported` if it is no accepted format.
    """
    if not data:
        raise PhotoUnreadable("The photo is empty (0 bytes): send it again.")
    found = _still_picture(data) or _iso_media(data)
    if found is None:
        raise FormatUnsupported(f"{_seems(data)} Accepted: {ACCEPTED}.")
    return found


def _still_picture(data: bytes) -> Format | None:
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "WebP"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if data.startswith(b"BM") and int.from_bytes(data[14:18], "little") in _BMP_HEADERS:
        return "BMP"
    return None


def _iso_media(data: bytes) -> Format | None:
    """Distinguishes HEIF, AVIF and MP4, which share a container, by brand (ISO/IEC 14496-12, `ftyp`)."""
    if data[4:8] != b"ftyp":
        return None
    end = min(int.from_bytes(data[:4], "big"), 256, len(data))
    # The major brand may be a profile or an extension, such as "MiHE" or "tmap", and "mif1" only means "still
    # picture": the compatible brands name the codec.
    brands = {data[8:12]} | {data[at : at + 4] for at in range(16, end - 3, 4)}
    if brands & _AVIF_BRANDS:
        return "AVIF"
    return "HEIF" if brands & _HEIF_BRANDS else None


def _seems(data: bytes) -> str:
    for pattern, name in _REFUSED:
        if pattern.match(data):
            return f"This file seems to be {name}."
    return "This file is not a photo of a known format."
