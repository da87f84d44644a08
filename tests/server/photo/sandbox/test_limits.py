"""The system ends a process that takes too long, by CPU time and by the clock."""

import io
import signal
import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pillow_heif
import pytest
from PIL import Image

from paishi.photo.decoders.formats import format_of
from paishi.photo.decoders.in_process import DecodeOptions
from paishi.photo.sandbox.limits import EXCEEDED
from paishi.photo.sandbox.pool import WorkerPool
from paishi.settings import Settings
from tests.server.conftest import ROOT, slow
from tests.server.photo.heic_grid import heic_grid
from tests.server.pictures import file_of, noise

pillow_heif.register_heif_opener()


def ended(block: str, then: str = "pass") -> int:
    code = (
        "import re, time; from paishi.photo.sandbox.limits import time_limit\n"
        f"with time_limit(0.1): {block}\n"
        f"{then}"
    )
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=60).returncode


def test_code_that_holds_the_interpreter_ends_by_cpu_time() -> None:
    assert ended("re.match('(a+)+$', 'a' * 40 + 'b')") in EXCEEDED


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals of timers")
def test_code_that_waits_ends_by_the_clock() -> None:
    assert ended("time.sleep(60)") == -signal.SIGALRM


def test_the_limit_can_be_replaced_within_the_block() -> None:
    code = "import time\nfrom paishi.photo.sandbox.limits import time_limit\n{}"
    busy = "until = time.process_time() + {}\n    while time.process_time() < until: pass"

    def ended_within(first: float, then: float, busy_s: float) -> int:
        block = f"with time_limit({first}) as limit:\n    limit({then})\n    {busy.format(busy_s)}"
        return subprocess.run([sys.executable, "-c", code.format(block)], cwd=ROOT, timeout=60).returncode

    assert ended_within(0.1, 30, 0.5) == 0
    assert ended_within(30, 0.1, 20) in EXCEEDED


def test_the_limit_ends_with_its_block() -> None:
    assert ended("pass", then="time.sleep(0.6); sum(range(10_000_000))") == 0


# The defaults of PAISHI_MAX_MEGAPIXELS and PAISHI_DECODE_S: what the one allows, the other must.
PIXELS = int(Settings.model_fields["max_megapixels"].default * 1_000_000)
DECODE_S = Settings.model_fields["decode_s"].default


def photo_like(side: int) -> Image.Image:
    return noise(side // 32, side // 32).resize((side, side), Image.Resampling.BICUBIC)


def deep_tile() -> bytes:
    """HEIC of 10 bits, 512 x 512."""
    deep = (np.asarray(photo_like(512)).astype("<u2") << 8).tobytes()
    out = io.BytesIO()
    pillow_heif.from_bytes("RGB;16", (512, 512), deep).save(out, quality=75)
    return out.getvalue()


def tiled(tile: bytes) -> bytes:
    """48 megapixels as an iPhone Pro writes them, extended to the most."""
    return heic_grid(tile, 15, PIXELS // (15 * 512 * 512))


LARGEST: dict[str, Callable[[], bytes]] = {
    "JPEG": lambda: file_of(photo_like(8000), "JPEG", quality=90),
    "progressive JPEG": lambda: file_of(photo_like(8000), "JPEG", quality=90, progressive=True),
    "PNG": lambda: file_of(photo_like(8000), "PNG", compress_level=1),
    "WebP": lambda: file_of(photo_like(8000), "WEBP", method=0),
    "BMP": lambda: file_of(photo_like(8000), "BMP"),
    "GIF": lambda: file_of(photo_like(8000).getchannel(0), "GIF"),
    "AVIF": lambda: file_of(photo_like(8000), "AVIF", speed=10),
    "HEIC": lambda: tiled(file_of(photo_like(512), "HEIF", quality=90)),
    "HEIC of 10 bits": lambda: tiled(deep_tile()),
}


@pytest.mark.parametrize("name", ["JPEG", *slow(name for name in LARGEST if name != "JPEG")])
def test_the_default_limits_allow_a_picture_of_the_default_most_pixels(name: str) -> None:
    """By CPU time, of which an ordinary machine needs a quarter of the limit."""
    workers, file = WorkerPool(DECODE_S, 1), LARGEST[name]()
    try:
        picture = workers.decode(format_of(file), file, DecodeOptions(PIXELS, colour_managed=True))
        assert 0.95 * PIXELS < picture.width * picture.height <= PIXELS
    finally:
        workers.close()
