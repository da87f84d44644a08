from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from PIL import Image

from paishi.choices import Fit
from paishi.photo.decoders.orientation import orientation
from paishi.photo.fit import fit, short_side_for
from tests.server.conftest import need_shared
from tests.server.photo.decoding import decode
from tests.server.photo.scenes import (
    MANY,
    STORED_AS,
    assert_close,
    decoded,
    exif,
    pixels,
    scene,
    stored,
)
from tests.server.pictures import file_of

pillow_heif.register_heif_opener()

SAVING: dict[str, dict[str, object]] = {
    "JPEG": {"quality": 95, "subsampling": 0},
    "PNG": {},
    "WEBP": {"lossless": True},
    "HEIF": {"quality": 95, "chroma": 444},
    "AVIF": {"quality": 95, "subsampling": "4:4:4"},
}


@pytest.mark.parametrize("tag", STORED_AS)
@pytest.mark.parametrize("kind", SAVING)
def test_scene_stored_eight_ways_comes_back_upright(kind: str, tag: int) -> None:
    # HEIF and AVIF keep the turn in the container; here their encoders take the turn out of the tag.
    picture = stored(scene(), tag)
    got = decoded(file_of(picture, kind, exif=exif(tag), **SAVING[kind]))
    expected = pixels(scene())
    assert got.shape == expected.shape
    assert np.abs(got - expected).mean() < 3


@pytest.mark.parametrize("kind", ["HEIF", "AVIF"])
def test_turned_container_was_really_turned(kind: str) -> None:
    """Otherwise the eight ways above would prove nothing for these two."""
    assert b"irot" in file_of(stored(scene(), 6), kind, exif=exif(6))


def test_exif_of_a_heic_does_not_count() -> None:
    """An iPhone writes the turn twice, in the container and in EXIF; it is done once."""
    file = file_of(scene(), "HEIF", exif=exif(1), quality=95)
    liar = file.replace(exif(1)[6:], exif(6)[6:])
    assert liar != file
    assert decoded(liar).shape == (64, 96, 3)


def photo_stored(photo: Path, tag: int) -> bytes:
    upright = Image.open(photo).convert("RGB").resize((1200, 900))
    return file_of(stored(upright, tag), "JPEG", quality=92, exif=exif(tag))


@pytest.mark.parametrize("way", ["crop", "squash", "both"])
def test_real_photo_held_any_way_gives_the_same_view(way: Fit) -> None:
    photo = need_shared("photos", "imagenet", "n02509815_lesser_panda.jpg")

    def view(tag: int) -> np.ndarray:
        data = photo_stored(photo, tag)
        return fit(decode(data, max_pixels=MANY, short_side=short_side_for(224, way)), 224, way).astype(int)

    first = view(1)
    for tag in range(2, 9):
        assert np.abs(view(tag) - first).mean() < 2, tag
        assert np.abs(view(tag) - first[:, ::-1]).mean() > 20, "upside down would look the same"


BROKEN = {
    "no TIFF": b"Exif\0\0garbage",
    "cut after the header": b"Exif\0\0MM\0*",
    "directory outside": b"Exif\0\0II*\0\xff\xff\xff\xff",
    "too many tags": b"Exif\0\0MM\0*\0\0\0\x08\xff\xff",
    "cut in the tag": exif(6)[:-10],
    "value 0": exif(6).replace(b"\0\x06\0\0", b"\0\x00\0\0"),
    "value 9": exif(6).replace(b"\0\x06\0\0", b"\0\x09\0\0"),
    "text for a value": exif(6).replace(b"\x01\x12\0\3", b"\x01\x12\0\2"),
    "unknown byte order": b"Exif\0\0XX" + exif(6)[8:],
    "no bytes": b"",
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_exif_means_upright(name: str) -> None:
    assert orientation(BROKEN[name]) == 1


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_broken_exif_leaves_the_picture_as_stored(kind: str, name: str) -> None:
    got = decoded(file_of(scene(), kind, exif=BROKEN[name]))
    assert np.abs(got - pixels(scene())).mean() < 8


def tiff(order: str, width: int, tag: int) -> bytes:
    kind, count = {2: 3, 4: 4}[width], 1
    field = [(42, 2), (8, 4), (2, 2)]
    field += [(0x010F, 2), (2, 2), (1, 4), (0, 4)]
    field += [(0x0112, 2), (kind, 2), (count, 4)]
    body = b"".join(value.to_bytes(size, order) for value, size in field)  # type: ignore[arg-type]
    body += tag.to_bytes(width, order).ljust(4, b"\0")  # type: ignore[arg-type]
    return {"little": b"II", "big": b"MM"}[order] + body + bytes(4)


@pytest.mark.parametrize("order", ["little", "big"])
@pytest.mark.parametrize("width", [2, 4])
@pytest.mark.parametrize("prefix", [b"", b"Exif\0\0"])
def test_tag_is_read_in_both_byte_orders_and_widths(order: str, width: int, prefix: bytes) -> None:
    for tag in range(1, 9):
        assert orientation(prefix + tiff(order, width, tag)) == tag


def test_png_with_its_exif_behind_the_pixels() -> None:
    file = file_of(stored(scene(), 6), "PNG", exif=exif(6))
    at = file.index(b"eXIf") - 4
    length = 12 + int.from_bytes(file[at : at + 4], "big")
    moved = file[:at] + file[at + length : -12] + file[at : at + length] + file[-12:]
    assert_close(decoded(moved), pixels(scene()), 0)
