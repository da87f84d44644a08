import io
import struct
import zlib

import numpy as np
import pillow_heif
import pytest
from numpy.typing import NDArray
from PIL import Image

from paishi.photo.decoders.rgb import to_rgb
from tests.server.photo.scenes import assert_close, decoded, pixels, scene
from tests.server.pictures import file_of

pillow_heif.register_heif_opener()

RAMP = np.arange(256, dtype=np.uint8)


def grey(levels: NDArray[np.generic]) -> NDArray[np.int16]:
    return np.repeat(levels.astype(np.int16)[..., None], 3, axis=-1)


def on_white(colour: NDArray[np.int16], alpha: NDArray[np.generic]) -> NDArray[np.int16]:
    share = alpha.astype(float)[..., None] / 255
    return np.rint(colour * share + 255 * (1 - share)).astype(np.int16)


def png(depth: int, colour: int, rows: NDArray[np.generic], *extra: tuple[bytes, bytes]) -> bytes:
    """A PNG that Pillow cannot write: `rows` is (height, width, channels) in `depth` bits."""
    height, width = rows.shape[:2]
    raw = b"".join(b"\0" + row.astype(f">u{depth // 8}").tobytes() for row in rows)
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    chunks = [(b"IHDR", head), *extra, (b"IDAT", zlib.compress(raw)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    )


def test_grey() -> None:
    ramp = np.tile(RAMP, (4, 1))
    assert_close(decoded(file_of(Image.fromarray(ramp), "PNG")), grey(ramp), 0)


def test_one_bit() -> None:
    board = (np.indices((8, 9)).sum(0) % 2).astype(bool)
    assert_close(decoded(file_of(Image.fromarray(board), "PNG")), grey(board * 255), 0)


def test_sixteen_bit_grey_is_scaled_not_clipped() -> None:
    levels = np.linspace(0, 65535, 4096).astype(np.uint16).reshape(64, 64)
    expected = np.rint(levels / 257)
    assert_close(decoded(file_of(Image.fromarray(levels), "PNG")), grey(expected), 0)


def test_every_sixteen_bit_level() -> None:
    levels = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    assert_close(pixels(to_rgb(Image.fromarray(levels))), grey(np.rint(levels / 257)), 0)


def test_sixteen_bit_colour_with_and_without_alpha() -> None:
    colour = np.random.default_rng(1).integers(0, 65536, (20, 30, 4))
    plain = np.rint(colour[..., :3] / 257).astype(np.int16)
    assert_close(decoded(png(16, 2, colour[..., :3])), plain)
    expected = on_white(plain, np.rint(colour[..., 3] / 257))
    assert_close(decoded(png(16, 6, colour)), expected, 2)


def test_sixteen_bit_grey_with_alpha() -> None:
    levels = np.random.default_rng(2).integers(0, 65536, (20, 30, 2))
    narrow = np.rint(levels / 257)
    assert_close(decoded(png(16, 4, levels)), on_white(grey(narrow[..., 0]), narrow[..., 1]), 2)


def test_alpha_is_laid_on_white() -> None:
    alpha = np.linspace(0, 255, 96 * 64).astype(np.uint8).reshape(64, 96)
    picture = scene()
    picture.putalpha(Image.fromarray(alpha))
    assert_close(decoded(file_of(picture, "PNG")), on_white(pixels(scene()), alpha))
    assert_close(
        decoded(file_of(picture, "WEBP", lossless=True, exact=True)), on_white(pixels(scene()), alpha)
    )


def test_grey_with_alpha_is_laid_on_white() -> None:
    levels, alpha = np.tile(RAMP, (2, 1)), np.tile(RAMP[::-1], (2, 1))
    picture = Image.merge("LA", [Image.fromarray(levels), Image.fromarray(alpha)])
    assert_close(decoded(file_of(picture, "PNG")), on_white(grey(levels), alpha))


def palette() -> Image.Image:
    picture = Image.fromarray(np.tile(np.arange(4, dtype=np.uint8), (4, 1))).convert("P")
    picture.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255, 10, 20, 30])
    return picture


FOUR = np.array([[255, 0, 0], [0, 255, 0], [0, 0, 255], [10, 20, 30]], np.int16)


@pytest.mark.parametrize("kind", ["PNG", "GIF", "BMP"])
def test_palette(kind: str) -> None:
    assert_close(decoded(file_of(palette(), kind)), np.tile(FOUR, (4, 1, 1)), 0)


@pytest.mark.parametrize("kind", ["PNG", "GIF"])
def test_palette_with_one_transparent_colour(kind: str) -> None:
    expected = FOUR.copy()
    expected[1] = 255
    assert_close(decoded(file_of(palette(), kind, transparency=1)), np.tile(expected, (4, 1, 1)), 0)


def test_palette_with_half_transparent_colours() -> None:
    expected = on_white(FOUR[None], np.array([[255, 128, 0, 64]]))
    file = file_of(palette(), "PNG", transparency=bytes([255, 128, 0, 64]))
    assert_close(decoded(file), np.tile(expected, (4, 1, 1)))


def test_colour_key() -> None:
    colour = np.array([[[10, 20, 30], [10, 20, 31]]], np.uint8)
    file = png(8, 2, colour, (b"tRNS", struct.pack(">HHH", 10, 20, 30)))
    assert_close(decoded(file), np.array([[[255, 255, 255], [10, 20, 31]]], np.int16), 0)


INK = np.array(
    [[0, 0, 0, 0], [255, 0, 0, 0], [0, 255, 0, 0], [0, 0, 255, 0], [0, 0, 0, 255], [90, 30, 0, 50]]
)
LIGHT = np.rint((255 - INK[:, :3]) * (255 - INK[:, 3:]) / 255).astype(np.int16)


def blocks(colours: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Squares of 16 x 16, so that JPEG keeps each colour."""
    return np.repeat(np.repeat(colours.astype(np.uint8)[None], 16, 0), 16, 1)


def test_cmyk_jpeg_with_adobe_inverted_ink() -> None:
    file = file_of(Image.frombytes("CMYK", (96, 16), blocks(INK).tobytes()), "JPEG", quality=100)
    assert b"Adobe" in file
    assert_close(decoded(file), blocks(LIGHT).astype(np.int16), 3)


def test_ycck_jpeg() -> None:
    """Adobe's transform 2: the inks, as if they were red, green and blue, in luma and chroma."""
    luma_chroma = Image.fromarray(blocks(INK[:, :3])).convert("YCbCr").split()
    # Pillow inverts whatever it writes as CMYK; only the black is meant to be inverted.
    inverted = [channel.point(lambda level: 255 - level) for channel in luma_chroma]
    black = Image.fromarray(blocks(INK[:, 3:])[..., 0])
    file = file_of(Image.merge("CMYK", [*inverted, black]), "JPEG", quality=100)
    at = file.index(b"Adobe") + 11
    ycck = file[:at] + b"\2" + file[at + 1 :]
    assert_close(decoded(ycck), blocks(LIGHT).astype(np.int16), 4)


def test_grey_jpeg() -> None:
    levels = blocks(np.array([[0], [100], [255]]))[..., 0]
    assert_close(decoded(file_of(Image.fromarray(levels), "JPEG", quality=100)), grey(levels))


def test_a_mode_that_no_accepted_format_gives_today() -> None:
    wide = np.array([[-5, 0, 32896, 65535, 1_000_000]], np.int32)
    assert_close(pixels(to_rgb(Image.fromarray(wide))), grey(np.array([[0, 0, 128, 255, 255]])), 0)


def test_ten_bit_heic() -> None:
    levels = np.tile(np.linspace(0, 65535, 128).astype(np.uint16), (128, 1))
    colour = np.stack([levels, levels[:, ::-1], levels.T], axis=-1)
    out = io.BytesIO()
    heif = pillow_heif.from_bytes("RGB;16", (128, 128), colour.astype("<u2").tobytes())
    heif.save(out, quality=-1, chroma=444, matrix_coefficients=0)
    assert pillow_heif.open_heif(out, convert_hdr_to_8bit=False).info["bit_depth"] == 10
    assert_close(decoded(out.getvalue()), (colour / 257).astype(np.int16), 3)
