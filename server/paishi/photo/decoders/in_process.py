"""Bytes from outside to an upright RGB picture, in this process, however long that takes."""

import io
import warnings
from collections.abc import Callable

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
from paishi.photo.decoders.header_size import gif_canvas, webp_canvas
from paishi.photo.decoders.jpeg_end import read_without_end
from paishi.photo.decoders.jpeg_png_headers import check_jpeg, check_png
from paishi.photo.decoders.options import DecodeOptions
from paishi.photo.decoders.orientation import upright
from paishi.photo.decoders.rgb import to_rgb
from paishi.problems.kinds import PhotoError, PhotoTooManyPixels, PhotoUnreadable

# Pillow remarks on damaged metadata; Python would print and keep every distinct text that a stranger can
# think up.
warnings.filterwarnings("ignore", module=r"PIL\.")

# Readers are called by name and not through Image.open: that one asks every reader it knows, and
# warns or refuses by a global pixel limit. Reading a JPEG as JPEG also takes the first picture of an MPO.
_READERS: dict[Format, Callable[[io.BytesIO], Image.Image]] = {
    "JPEG": JpegImageFile,
    "PNG": PngImageFile,
    "WebP": WebPImageFile,
    "GIF": GifImageFile,
    "BMP": BmpImageFile,
    "HEIF": HeifImageFile,
    "AVIF": AvifImageFile,
}
# Their readers allocate before we can ask for the size.
_CANVAS: dict[Format, Callable[[bytes], tuple[int, int] | None]] = {"WebP": webp_canvas, "GIF": gif_canvas}
_CHECKS = {"JPEG": check_jpeg, "PNG": check_png}


def decode_here(kind: Format, data: bytes, options: DecodeOptions) -> Image.Image:
    """Decode a file that begins as `kind`; everything else is as `paishi.photo.decode.decode` has it."""
    try:
        return _decode(kind, data, options)
    except PhotoError:
        raise
    except (MemoryError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PhotoTooManyPixels("The photo needs too much memory: send a smaller one.") from error
    except Exception as error:  # readers raise nearly anything on damaged files
        raise PhotoUnreadable(f"The {kind} photo is damaged or cut off: send it again.") from error


def _decode(kind: Format, data: bytes, options: DecodeOptions) -> Image.Image:
    def read(data: bytes) -> Image.Image:
        return _read(kind, data, options.max_pixels, options.short_side)

    if kind in _CHECKS:
        _CHECKS[kind](data)
    try:
        picture = read(data)
    except OSError:
        if kind != "JPEG":
            raise
        picture = read_without_end(data, read)
    # libheif has turned the picture already, and the standard gives EXIF no say in it.
    exif = b"" if kind == "HEIF" else picture.info.get("exif", b"")
    icc = picture.info.get("icc_profile", b"") if options.colour_managed else b""
    # One name for all stages, so that never more than two of them are in memory.
    picture = to_srgb(picture, icc) if icc else picture
    picture = to_rgb(picture)
    picture = upright(picture, exif)
    picture.info = {}
    return picture


def _read(kind: Format, data: bytes, max_pixels: int, short_side: int | None) -> Image.Image:
    if kind in _CANVAS and (canvas := _CANVAS[kind](data)):
        _check_pixels(canvas, max_pixels)
    picture = _READERS[kind](io.BytesIO(data))
    _check_pixels(picture.size, max_pixels)
    if kind == "JPEG" and short_side is not None:
        picture.draft(None, (short_side, short_side))
    picture.load()
    # A HEIF or AVIF header may have lied; their decoders then stop at limits of their own, 268 million.
    _check_pixels(picture.size, max_pixels)
    return picture


def _check_pixels(size: tuple[int, int], most: int) -> None:
    width, height = size
    if width * height > most:
        raise PhotoTooManyPixels(
            f"The photo has {width} x {height} pixels; at most {most / 1e6:.1f} million are taken."
        )
