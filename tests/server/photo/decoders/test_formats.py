import pillow_heif
import pytest

from paishi.photo.decoders.formats import format_of
from paishi.problems.kinds import FormatUnsupported, PhotoUnreadable
from tests.server.photo.decoding import decode
from tests.server.photo.scenes import MANY, scene
from tests.server.pictures import file_of

pillow_heif.register_heif_opener()

REFUSED = {
    "PDF": b"%PDF-1.7\n%\xe2\xe3",
    "SVG": b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>',
    "MP4 or MOV": b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41",
    "MOV video": b"\0\0\0\x14ftypqt  \0\0\0\0qt  ",
    "camera raw": b"\0\0\0\x18ftypcrx \0\0\0\1crx isom",
    "web page": b"\n<!DOCTYPE html><html><body>504 Gateway Time-out</body></html>",
    "DDS": b"DDS " + bytes(124),
    "BLP": b"BLP2" + bytes(280),
    "Photoshop": b"8BPS\0\1" + bytes(20),
    "Windows icon": b"\0\0\1\0\1\0" + bytes(16),
    "JPEG XL": b"\xff\x0a" + bytes(30),
    "ZIP": b"PK\3\4" + bytes(30),
    "AVI": b"RIFF\x24\0\0\0AVI LIST",
    "not a photo": b"Bad Gateway: BM, GIF and JPEG are only words here",
}


@pytest.mark.parametrize("name", REFUSED)
def test_the_error_names_the_format_and_the_accepted_ones(name: str) -> None:
    with pytest.raises(FormatUnsupported) as error:
        decode(REFUSED[name], max_pixels=MANY)
    assert name in error.value.detail
    assert "JPEG, PNG, WebP" in error.value.detail


@pytest.mark.parametrize("kind", ["TIFF", "PPM", "ICO", "DDS", "TGA", "PCX", "JPEG2000"])
def test_real_picture_of_a_format_outside_the_list(kind: str) -> None:
    with pytest.raises(FormatUnsupported):
        decode(file_of(scene(), kind), max_pixels=MANY)


@pytest.mark.parametrize(
    "data", [b"\xff", b"\xff\xd8ab", b"\x89PNG", b"RIFF", b"GIF8", b"BM", b"\0", b"\0\0\0\x18ftyp"]
)
def test_too_short_to_tell(data: bytes) -> None:
    with pytest.raises(FormatUnsupported):
        decode(data, max_pixels=MANY)


def test_no_bytes_at_all() -> None:
    with pytest.raises(PhotoUnreadable, match="empty"):
        decode(b"", max_pixels=MANY)


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf", "AVIF"),
        (b"\0\0\0\x1cftypmif1\0\0\0\0mif1heicmiaf", "HEIF"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIF"),
        (b"\0\0\0\x1cftypavis\0\0\0\0avismsf1", "AVIF"),
    ],
)
def test_container_brands_tell_heif_from_avif(head: bytes, kind: str) -> None:
    assert format_of(head) == kind


@pytest.mark.parametrize("kind", ["HEIF", "AVIF"])
@pytest.mark.parametrize("major", ["miaf", "MiHB", "MiHE", "MA1B", "avci", "mif1", "msf1", "heix", "1pic"])
def test_a_still_picture_of_any_major_brand_is_read_by_its_compatible_brands(kind: str, major: str) -> None:
    whole = file_of(scene(), kind)
    file = whole[:8] + major.encode() + whole[12:]
    assert format_of(file) == kind
    assert decode(file, max_pixels=MANY).size == scene().size


def test_a_picture_with_a_gain_map_is_read() -> None:
    """Android's Ultra HDR and Apple's adaptive HDR put "tmap" (ISO 21496-1) first."""
    whole = file_of(scene(), "HEIF")
    assert decode(whole[:8] + b"tmap" + whole[12:], max_pixels=MANY).size == scene().size


@pytest.mark.parametrize("major", [b"isom", b"mp42", b"qt  ", b"crx ", b"M4A "])
def test_a_film_with_brands_of_films_stays_one(major: bytes) -> None:
    with pytest.raises(FormatUnsupported):
        format_of(b"\0\0\0\x20ftyp" + major + b"\0\0\2\0isomiso2avc1mp41")


def test_a_jpeg_behind_other_bytes_is_none() -> None:
    for before in (b"\n", b"\0", b"\xff"):
        with pytest.raises(FormatUnsupported):
            format_of(before + file_of(scene(), "JPEG"))
