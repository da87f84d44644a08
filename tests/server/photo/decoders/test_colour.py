"""Colour management, with a Display P3 profile that is made here."""

import struct

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageCms

from tests.server.photo.scenes import assert_close, decoded, pixels, scene
from tests.server.pictures import file_of

# Display P3 primaries adapted to the profile white D50 (Bradford), and sRGB's, columns X Y Z.
P3 = np.array([[0.51512, 0.24120, -0.00105], [0.29198, 0.69225, 0.04189], [0.15710, 0.06657, 0.78407]]).T
SRGB = np.array([[0.43604, 0.22248, 0.01392], [0.38512, 0.71690, 0.09706], [0.14305, 0.06061, 0.71393]]).T
D50 = (0.9642, 1.0, 0.8249)


def fixed(value: float) -> bytes:
    return struct.pack(">i", round(value * 65536))


def display_p3() -> bytes:
    """A matrix profile with sRGB's tone curve (ICC.1:2022, 8.3.3)."""
    curve = b"para\0\0\0\0\0\3\0\0" + b"".join(
        fixed(v) for v in (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
    )
    tags = [(b"wtpt", xyz(D50))]
    tags += [(name, xyz(P3[:, i])) for i, name in enumerate((b"rXYZ", b"gXYZ", b"bXYZ"))]
    tags += [(name, curve) for name in (b"rTRC", b"gTRC", b"bTRC")]
    at, table, body = 128 + 4 + 12 * len(tags), b"", b""
    for name, data in tags:
        table += name + struct.pack(">II", at + len(body), len(data))
        body += data
    head = struct.pack(">I", at + len(body)) + bytes(4) + b"\4\0\0\0mntrRGB XYZ " + bytes(12) + b"acsp"
    head += bytes(28) + b"".join(map(fixed, D50))
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


def xyz(value: tuple[float, ...] | NDArray[np.float64]) -> bytes:
    return b"XYZ \0\0\0\0" + b"".join(fixed(v) for v in value)


def by_hand(levels: NDArray[np.int16]) -> NDArray[np.int16]:
    """P3 levels to sRGB levels, by IEC 61966-2-1's curve and the two matrices."""
    code = levels / 255
    light = np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)
    linear = np.clip(light @ (np.linalg.inv(SRGB) @ P3).T, 0, 1)
    back = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    levels_out: NDArray[np.int16] = np.rint(back * 255).astype(np.int16)
    return levels_out


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_display_p3_becomes_srgb_if_colour_managed(kind: str) -> None:
    colours = np.array([[[200, 100, 50], [10, 200, 30], [128, 128, 128], [255, 0, 0]]], np.uint8)
    file = file_of(Image.fromarray(colours), kind, icc_profile=display_p3(), lossless=True)
    expected = by_hand(colours.astype(np.int16))
    assert np.abs(expected - colours).max() > 15
    assert_close(decoded(file, colour_managed=True), expected, 2)
    assert_close(decoded(file), colours.astype(np.int16), 0)


def test_transparent_and_palette_pictures_are_converted_too() -> None:
    colour = np.array([[[200, 100, 50]]], np.int16)
    flat = Image.new("RGB", (1, 1), (200, 100, 50))
    for picture in (flat.quantize(), flat.convert("RGBA")):
        file = file_of(picture, "PNG", icc_profile=display_p3())
        assert_close(decoded(file, colour_managed=True), by_hand(colour), 2)
    clear = Image.new("RGBA", (1, 1), (200, 100, 50, 0))
    file = file_of(clear, "PNG", icc_profile=display_p3())
    assert_close(decoded(file, colour_managed=True), np.full((1, 1, 3), 255, np.int16), 0)


def test_colour_key_stays_transparent() -> None:
    picture = Image.new("RGB", (2, 1), (200, 100, 50))
    picture.putpixel((0, 0), (10, 20, 30))
    file = file_of(picture, "PNG", icc_profile=display_p3(), transparency=(10, 20, 30))
    expected = by_hand(np.array([[[255, 255, 255], [200, 100, 50]]], np.int16))
    assert_close(decoded(file, colour_managed=True), expected, 2)


def test_srgb_stays() -> None:
    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    noise = np.random.default_rng(5).integers(0, 256, (200, 200, 3), np.uint8)
    file = file_of(Image.fromarray(noise), "PNG", icc_profile=icc)
    assert_close(decoded(file, colour_managed=True), noise.astype(np.int16), 0)


@pytest.mark.parametrize("icc", [b"nonsense", display_p3()[:200], display_p3()[:128] + bytes(300)])
def test_broken_profile_is_ignored(icc: bytes) -> None:
    file = file_of(scene(), "PNG", icc_profile=icc)
    assert_close(decoded(file, colour_managed=True), pixels(scene()), 0)


def test_profile_for_another_kind_of_picture_is_ignored() -> None:
    file = file_of(scene().convert("L"), "PNG", icc_profile=display_p3())
    assert_close(decoded(file, colour_managed=True), pixels(scene().convert("L").convert("RGB")), 0)
