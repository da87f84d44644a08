"""Decodes untrusted bytes to an upright RGB picture in this process, without a time limit."""

import io
import warnings
from collections.abc import Callable
from typing import NamedTuple

from PIL import Image
from PIL.AvifImagePlugin import AvifImageFile
from PIL.BmpImagePlugin import BmpImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile
from pillow_heif import HeifImageFile

from paishi.photo.decoders.colour import to_srgb
from paishi.photo.decoders.formats import Format
from paishi.photo.decoders.jpeg_end import read_without_end
from paishi.photo.decoders.orientation import upright
from paishi.photo.decoders.rgb import to_rgb
from paishi.problems.kinds import PhotoError, PhotoTooManyPixels, PhotoUnreadable

# Pillow warns of damaged metadata; Python would print and keep every distinct text that an attacker sends.
warnings.filterwarnings("ignore", module=r"PIL\.")

# Readers are called directly, because Image.open tries every reader and has a global pixel limit. The JPEG
# reader also reads the first picture of an MPO.
_READERS: dict[Format, Callable[[io.BytesIO], Image.Image]] = {
    "JPEG": JpegImageFile,
    "PNG": PngImageFile,
    "WebP": WebPImageFile,
    "GIF": GifImageFile,
    "BMP": BmpImageFile,
    "HEIF": HeifImageFile,
    "AVIF": AvifImageFile,
}


class DecodeOptions(NamedTuple):
    """Arguments of `paishi.photo.decode.Decoder.decode`, which explains them."""

    max_pixels: int
    short_side: int | None = None
    colour_managed: bool = False


def decode_here(
    kind: Format,
    data: bytes,
    options: DecodeOptions,
    on_header: Callable[[int], None] = lambda pixels: None,
) -> Image.Image:
    """Decodes `data`, which has passed `is_cheap`, as `paishi.photo.decode.Decoder.decode` specifies.

    Calls `on_header` with the number of pixels by the header before it decodes them, perhaps several times.
    Raises MemoryError as well: whose fault that is, the caller decides.
    """
    try:
        return _decode(kind, data, options, on_header)
    except (PhotoError, MemoryError):
        raise
    except Image.DecompressionBombError as error:
        million = options.max_pixels / 1e6
        raise PhotoTooManyPixels(f"The photo has more than {million:.1f} million pixels.") from error
    except Exception as error:  # readers raise nearly anything on damaged files
        raise PhotoUnreadable(f"The {kind} photo is damaged or cut off: send it again.") from error


def _decode(
    kind: Format, data: bytes, options: DecodeOptions, on_header: Callable[[int], None]
) -> Image.Image:
    def read(data: bytes) -> Image.Image:
        return _read(kind, data, options.max_pixels, options.short_side, on_header)

    try:
        picture = read(data)
    except OSError:
        if kind != "JPEG":
            raise
        picture = read_without_end(data, read)
    # libheif has already turned the picture; by the standard EXIF does not count.
    exif = b"" if kind == "HEIF" else picture.info.get("exif", b"")
    icc = picture.info.get("icc_profile", b"") if options.colour_managed else b""
    # One name for all stages, so that at most two of them are in memory.
    picture = to_srgb(picture, icc) if icc else picture
    picture = to_rgb(picture)
    picture = upright(picture, exif)
    picture.info = {}
    return picture


def _read(
    kind: Format, data: bytes, max_pixels: int, short_side: int | None, on_header: Callable[[int], None]
) -> Image.Image:
    picture = _READERS[kind](io.BytesIO(data))
    check_pixels(picture.size, max_pixels)
    on_header(picture.width * picture.height)
    if kind == "JPEG" and short_side is not None:
        picture.draft(None, (short_side, short_side))
    picture.load()
    # HEIF and AVIF headers may be wrong; their decoders have their own limit of 268 million pixels.
    check_pixels(picture.size, max_pixels)
    return picture


def check_pixels(size: tuple[int, int], most: int) -> None:
    """Raises PhotoTooManyPixels if width times height exceeds `most`."""
    width, height = size
    if width * height > most:
        raise PhotoTooManyPixels(
            f"The photo has {width} x {height} pixels; at most {most / 1e6:.1f} million are accepted."
        )
