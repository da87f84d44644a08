import io
import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from paishi.photo.encode import JPEG_SIDE, encode_jpeg, encode_png
from paishi.problems.kinds import PhotoTooManyPixels
from tests.server.conftest import ROOT
from tests.server.photo.decoding import decode
from tests.server.photo.scenes import MANY, pixels, scene
from tests.server.pictures import file_of


def photo_with_everything() -> bytes:
    """GPS position, XMP, IPTC, a colour profile and a comment."""
    exif = Image.Exif()
    exif[0x010F] = "PhoneMaker"
    exif[0x0112] = 6
    exif.get_ifd(0x8825).update({1: "N", 2: (31.0, 13.0, 49.0), 3: "E", 4: (121.0, 28.0, 25.0)})
    file = file_of(
        scene(),
        "JPEG",
        exif=exif,
        xmp=b"<x:xmpmeta>Shanghai</x:xmpmeta>",
        icc_profile=b"profile" * 30,
        comment="taken at home",
        dpi=(300, 300),
        quality=95,
    )
    iptc = b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x08\x1c\x02\x50\0\3Bob"
    return file[:2] + b"\xff\xed" + (len(iptc) + 2).to_bytes(2, "big") + iptc + file[2:]


SECRETS = [b"Exif", b"GPS", b"PhoneMaker", b"Shanghai", b"xap", b"8BIM", b"Bob", b"ICC_PROFILE", b"home"]


def segments(file: bytes) -> list[int]:
    """Markers up to the scan, ITU-T T.81 B.1.1."""
    at, found = 2, []
    while file[at + 1] != 0xDA:
        found.append(file[at + 1])
        at += 2 + int.from_bytes(file[at + 2 : at + 4], "big")
    return found


def test_nothing_but_pixels_leaves() -> None:
    file = photo_with_everything()
    assert all(secret in file for secret in SECRETS if secret != b"GPS")
    assert Image.open(io.BytesIO(file)).getexif().get_ifd(0x8825)
    picture = decode(file, max_pixels=MANY)
    assert picture.info == {}
    out = encode_jpeg(picture)
    assert not any(secret in out for secret in SECRETS)
    back = Image.open(io.BytesIO(out))
    assert not back.getexif()
    assert back.info.keys() <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    # JFIF's own header, tables and the frame: no APP1-APP15, no comment.
    assert {marker for marker in segments(out) if marker >= 0xE0} == {0xE0}


def test_metadata_in_picture_info_is_not_written() -> None:
    picture = Image.open(io.BytesIO(photo_with_everything()))
    out = encode_jpeg(picture)
    assert not any(secret in out for secret in SECRETS)


def test_upright_and_close_to_the_original() -> None:
    turned = scene().transpose(Image.Transpose.ROTATE_270)
    out = encode_jpeg(decode(photo_with_everything(), max_pixels=MANY))
    back = Image.open(io.BytesIO(out))
    assert back.size == turned.size
    assert np.abs(pixels(back) - pixels(turned)).mean() < 4


def test_baseline_and_not_progressive() -> None:
    markers = segments(encode_jpeg(scene()))
    assert 0xC0 in markers
    assert 0xC2 not in markers


@pytest.mark.parametrize("encode", [encode_jpeg, encode_png])
def test_a_size_that_no_encoder_takes_is_too_many_pixels(encode: Callable[[Image.Image], bytes]) -> None:
    """JPEG ends at 65,500 pixels a side; neither format has pictures without pixels."""
    with pytest.raises(PhotoTooManyPixels, match="send a smaller photo"):
        encode(Image.new("RGB", (JPEG_SIDE + 1, 1) if encode is encode_jpeg else (0, 1)))


def test_the_longest_side_of_a_jpeg_is_encoded() -> None:
    for size in ((JPEG_SIDE, 1), (1, JPEG_SIDE)):
        assert Image.open(io.BytesIO(encode_jpeg(Image.new("RGB", size)))).size == size


NO_DESCRIPTORS = """
import resource
from PIL import Image
from paishi.photo.encode import encode_jpeg, encode_png
from paishi.problems.kinds import ResourcesExhausted
picture = Image.new("RGB", (64, 64))
encode_jpeg(picture), encode_png(picture)
most = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (3, most[1]))
for encode in (encode_jpeg, encode_png):
    try:
        encode(picture)
    except ResourcesExhausted as error:
        print(error.status, error.retry_after)
resource.setrlimit(resource.RLIMIT_NOFILE, most)
encode_jpeg(picture)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="needs a descriptor on Linux only")
def test_a_server_without_descriptors_does_not_blame_the_photo() -> None:
    run = subprocess.run([sys.executable, "-c", NO_DESCRIPTORS], cwd=ROOT, capture_output=True, text=True)
    assert (run.stdout, run.stderr) == ("503 5\n503 5\n", "")
