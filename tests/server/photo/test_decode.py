"""Files that are cut off, changed, or claim to be huge: always a PhotoError, never anything else."""

import random
import struct
import subprocess
import sys
import zlib

import pillow_heif
import pytest
from PIL import Image

from paishi.problems.kinds import PhotoError, PhotoTooManyPixels, PhotoUnreadable
from tests.server.conftest import ROOT, need_shared
from tests.server.hostile.making import chunk, png_header
from tests.server.photo.decoding import decode
from tests.server.photo.scenes import MANY, assert_close, decoded, exif, scene
from tests.server.pictures import file_of

pillow_heif.register_heif_opener()

# Damaged EXIF among the flipped bits makes Pillow warn; the server silences that when it starts.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

FILES = {
    "JPEG": file_of(scene(), "JPEG", exif=exif(6)),
    "progressive JPEG": file_of(scene(), "JPEG", progressive=True),
    "PNG": file_of(scene(), "PNG", exif=exif(6)),
    "interlaced GIF": file_of(scene().quantize(64), "GIF", interlace=1),
    "WebP": file_of(scene(), "WEBP", exif=exif(6)),
    "lossless WebP": file_of(scene(), "WEBP", lossless=True),
    "BMP": file_of(scene(), "BMP"),
    "HEIF": file_of(scene(), "HEIF", exif=exif(6)),
    "AVIF": file_of(scene(), "AVIF", exif=exif(6)),
}
# Bytes that each can lose at its end without losing a pixel: end markers, and PNG's checksums.
SPARE = {"JPEG": 2, "PNG": 21, "interlaced GIF": 2}


@pytest.mark.parametrize("name", FILES)
def test_cut_off_file_is_refused(name: str) -> None:
    whole = FILES[name]
    last = len(whole) - SPARE.get(name, 0) - 1
    for length in {*range(40, last, max(1, last // 60)), last - 8, last - 1}:
        with pytest.raises(PhotoError):
            decode(whole[:length], max_pixels=MANY)


@pytest.mark.parametrize("short_side", [None, 16])
def test_jpeg_without_its_end_marker_is_whole(short_side: int | None) -> None:
    whole = FILES["JPEG"]
    expected = decoded(whole, **({"short_side": short_side} if short_side else {}))
    for missing in (1, 2):
        picture = decode(whole[:-missing], max_pixels=MANY, short_side=short_side)
        assert_close(decoded(file_of(picture, "PNG")), expected, 0)


def test_jpeg_that_lacks_its_last_rows_is_refused_though_viewers_paint_them_grey() -> None:
    whole = file_of(scene(640, 480), "JPEG", quality=95)
    with pytest.raises(PhotoUnreadable):
        decode(whole[: len(whole) * 9 // 10], max_pixels=MANY, short_side=64)


FILM = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + random.Random(3).randbytes(20_000)
BEHIND = {
    "film": FILM,
    "film of a motion photo": b"MotionPhoto_Data" + FILM,
    "second picture": file_of(scene(40, 30), "JPEG"),
    "zeros": bytes(5000),
    "text": b"Panorama, taken at home. " * 200,
    "fill bytes": b"\xff" * 500,
    "directory of a phone": b"\0\0\x01\x0a\x0e\0\0\0Image_UTC_Data17000000SEFH\x6b\0\0\0SEFT",
    "ZIP archive": b"PK\3\4\xff\x24" + bytes(200),
}


@pytest.mark.parametrize("behind", BEHIND)
@pytest.mark.parametrize("name", FILES)
def test_other_data_behind_the_end_does_not_matter(name: str, behind: str) -> None:
    assert_close(decoded(FILES[name] + BEHIND[behind]), decoded(FILES[name]), 0)


@pytest.mark.parametrize("behind", BEHIND)
@pytest.mark.parametrize("options", [{}, {"mode": "L"}, {"mode": "CMYK"}, {"restart_marker_blocks": 1}])
def test_other_data_in_place_of_the_end_marker_of_a_jpeg(options: dict[str, object], behind: str) -> None:
    """As panorama phones write it: a film follows the last pixel."""
    picture = scene(640, 480).convert(str(options.get("mode", "RGB")))
    whole = file_of(picture, "JPEG", quality=90, **options)
    for short_side in (None, 64):
        got = decode(whole[:-2] + BEHIND[behind], max_pixels=MANY, short_side=short_side)
        expected = decode(whole, max_pixels=MANY, short_side=short_side)
        assert got.tobytes() == expected.tobytes()


@pytest.mark.parametrize("behind", BEHIND)
@pytest.mark.parametrize("tenths", [2, 5, 9])
def test_jpeg_that_is_cut_off_in_front_of_other_data_is_refused(tenths: int, behind: str) -> None:
    whole = file_of(scene(1280, 960), "JPEG", quality=98, subsampling=0)
    with pytest.raises(PhotoUnreadable):
        decode(whole[: len(whole) * tenths // 10] + BEHIND[behind], max_pixels=MANY)


def test_small_jpeg_that_is_cut_off_in_front_of_a_film_is_refused() -> None:
    """Of the film, more bytes than are missing contain no marker."""
    with pytest.raises(PhotoUnreadable):
        decode(SMALL[: len(SMALL) * 3 // 4] + BEHIND["film"], max_pixels=MANY)


def test_panorama_of_a_phone() -> None:
    photo = need_shared("cases", "photos", "pano_mp4_trailer.jpg")
    assert decode(photo.read_bytes(), max_pixels=MANY).size == (640, 200)


@pytest.mark.parametrize("name", FILES)
def test_flipped_bits_never_escape_as_another_error(name: str) -> None:
    chance = random.Random(name)
    outcomes = set()
    for _ in range(120):
        damaged = bytearray(FILES[name])
        for _ in range(chance.choice([1, 3, 20])):
            damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
        try:
            outcomes.add(decode(bytes(damaged), max_pixels=1_000_000).mode)
        except PhotoError as error:
            outcomes.add(error.detail[-1:])
    assert outcomes == {"RGB", "."}


@pytest.mark.parametrize("name", FILES)
def test_head_without_a_body_and_noise_behind_a_head(name: str) -> None:
    noise = random.Random(7).randbytes(3000)
    for length in (12, 16, 20, 30):
        for tail in (b"", bytes(500), noise):
            with pytest.raises(PhotoError):
                decode(FILES[name][:length] + tail, max_pixels=MANY)


def gif(screen: tuple[int, int], frame: tuple[int, int], between: bytes = b"") -> bytes:
    head = b"GIF89a" + struct.pack("<HHBBB", *screen, 0, 0, 0)
    return head + between + b"," + struct.pack("<HHHHB", 0, 0, *frame, 0) + b"\2\1\0\0;"


def patched(file: bytes, mark: bytes, skip: int, value: bytes) -> bytes:
    at = file.index(mark) + skip
    return file[:at] + value + file[at + len(value) :]


SMALL = file_of(scene(), "JPEG")
BOMBS = {
    "PNG": png_header(60000, 60000) + chunk(b"IDAT", zlib.compress(bytes(1000))),
    "GIF screen": gif((65535, 65535), (1, 1)),
    "GIF frame": gif((1, 1), (65535, 65535)),
    "GIF frame behind a comment": gif((1, 1), (65535, 65535), b"!\xfe\3abc\0!\xf9\4\0\0\0\0\0"),
    "WebP": b"RIFF\x1e\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" + b"\xff\xff\0" * 2 + bytes(12),
    "lossless WebP": patched(FILES["lossless WebP"], b"VP8L", 9, b"\xff\xff\xff\x0f"),
    "lossy WebP": patched(file_of(scene(), "WEBP"), b"\x9d\x01\x2a", 3, b"\xff\x3f\xff\x3f"),
    "BMP": patched(FILES["BMP"], b"BM", 18, struct.pack("<ii", 60000, 60000)),
    "JPEG": patched(SMALL, b"\xff\xc0", 5, struct.pack(">HH", 60000, 60000)),
    "HEIF": patched(file_of(scene(), "HEIF"), b"ispe", 8, struct.pack(">II", 30000, 30000)),
    "AVIF": patched(file_of(scene(), "AVIF"), b"ispe", 8, struct.pack(">II", 16000, 16000)),
}


@pytest.mark.parametrize("name", BOMBS)
def test_small_file_that_claims_a_huge_picture(name: str) -> None:
    with pytest.raises(PhotoTooManyPixels) as error:
        decode(BOMBS[name], max_pixels=MANY)
    assert "million" in error.value.detail


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "BMP", "HEIF", "AVIF"])
def test_limit_is_exact_and_not_pillow_s(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One pixel more is one too many, and Pillow's own process-wide limit decides nothing."""
    file = file_of(scene(96, 64), kind)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 96 * 64 // 2 + 1)
    assert decode(file, max_pixels=96 * 64).size == (96, 64)
    with pytest.raises(PhotoTooManyPixels, match="96 x 64"):
        decode(file, max_pixels=96 * 64 - 1)


def test_limit_is_checked_before_the_jpeg_is_reduced() -> None:
    with pytest.raises(PhotoTooManyPixels):
        decode(SMALL, max_pixels=96 * 64 - 1, short_side=8)


HEAVY = {
    "JPEG segments": SMALL[:2] + b"\xff\xe5\0\2" * 5000 + SMALL[2:],
    "JPEG fill bytes": SMALL[:2] + b"\xff" * 5000 + SMALL[2:],
    "JPEG stuffing": SMALL[:2] + b"\xff\0" * 5000 + SMALL[2:],
    "JPEG stray bytes": SMALL[:20] + b"a" * 5000 + SMALL[20:],
    "PNG chunks": FILES["PNG"][:33] + chunk(b"abCd", b"") * 5000 + FILES["PNG"][33:],
}


@pytest.mark.parametrize("name", HEAVY)
def test_endless_metadata_is_not_walked_through(name: str) -> None:
    with pytest.raises(PhotoUnreadable, match="metadata"):
        decode(HEAVY[name], max_pixels=MANY)


def test_hundreds_of_segments_are_still_a_photo() -> None:
    file = SMALL[:2] + (b"\xff\xe5\0\x06abcd" * 900) + SMALL[2:]
    assert_close(decoded(file), decoded(SMALL), 0)


@pytest.mark.parametrize("size", [(1, 1), (1, 9000), (9000, 1)])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "BMP"])
def test_smallest_and_thinnest(kind: str, size: tuple[int, int]) -> None:
    file = file_of(Image.new("RGB", size, (200, 30, 60)), kind)
    for short_side in (None, 512):
        picture = decode(file, max_pixels=MANY, short_side=short_side)
        assert picture.size == size


QUIET = """
import io, sys
from PIL import Image
from tests.server.photo.decoding import decode
from paishi.problems.kinds import PhotoError
Image.MAX_IMAGE_PIXELS = 1000
file = io.BytesIO()
Image.new("RGB", (40, 40)).save(file, "JPEG", exif=b"Exif\\0\\0MM\\0*\\0\\0\\0\\x08\\xff\\xff")
assert decode(file.getvalue(), max_pixels=10_000).size == (40, 40)
gif = b"GIF89a\\1\\0\\1\\0\\0\\0\\0,\\0\\0\\0\\0\\x28\\0\\x28\\0\\0\\2\\1\\0\\0;"
try:
    decode(gif, max_pixels=10_000)
except PhotoError as error:
    print(error.detail)
"""


def test_nothing_is_printed_about_an_untrusted_file() -> None:
    run = subprocess.run([sys.executable, "-c", QUIET], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stderr == ""
    assert "cut off" in run.stdout


LITTLE_MEMORY = """
import asyncio, os, re, resource, sys
from pathlib import Path
from tests.server.photo.decoding import LIMIT_S
from paishi.photo.decode import Decoder
from paishi.photo.reader import PhotoReader
from paishi.problems.kinds import ResourcesExhausted
from paishi.system.cpu_budget import CpuBudget
reader = PhotoReader(Decoder(LIMIT_S, 1), 64_000_000, 1, CpuBudget(1))
files = [sys.stdin.buffer.read(int(length)) for length in sys.argv[1:]]
most = resource.getrlimit(resource.RLIMIT_DATA)
async def results():
    for file in files:
        for read in (reader.upright_jpeg, lambda file: reader.views(file, 224, "crop")):
            try:
                await read(file)
                yield "read"
            except ResourcesExhausted as error:
                yield str(error.status)
async def both():
    used = 1024 * int(re.search(r"VmData:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
    resource.setrlimit(resource.RLIMIT_DATA, (used + 24_000_000, most[1]))
    print(*[result async for result in results()])
    resource.setrlimit(resource.RLIMIT_DATA, most)
    print(*[result async for result in results()])
asyncio.run(both())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds data")
def test_a_server_without_memory_does_not_blame_the_photo() -> None:
    """In its own process, in one for costly photos, and while the picture is used."""
    files = [file_of(Image.new("RGB", (4000, 3000)), kind) for kind in ("PNG", "GIF")]
    command = [sys.executable, "-c", LITTLE_MEMORY, *(str(len(file)) for file in files)]
    run = subprocess.run(command, cwd=ROOT, input=b"".join(files), capture_output=True, check=True)
    assert run.stdout.decode().split() == ["503"] * 4 + ["read"] * 4
