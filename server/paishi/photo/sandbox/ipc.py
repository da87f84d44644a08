"""Protocol between the server and its decoding processes, over pipes."""

import struct
from collections.abc import Iterable
from itertools import pairwise
from typing import IO

from PIL import Image

from paishi.photo.decoders.formats import FORMATS, Format
from paishi.photo.decoders.in_process import DecodeOptions
from paishi.problems.kinds import PhotoError, PhotoTooManyPixels, PhotoUnreadable

READY = b"\x06"
"""First byte of a process: it is loaded and accepts photos."""

# Format, bytes of the file, most pixels, short side (0 is all), colour-managed or not.
_REQUEST = struct.Struct("<BQQQ?")
# Error (0 is none), then width and height in pixels, or the bytes of the error's detail and 0.
_ANSWER = struct.Struct("<BQQ")

_ERRORS: tuple[type[PhotoError], ...] = (PhotoUnreadable, PhotoTooManyPixels)

# Bytes sent at once, so that memory never holds a second copy of all pixels.
_STRIP = 4_000_000


class Gone(Exception):
    """The other side has ended."""


def send_request(pipe: IO[bytes], kind: Format, data: bytes, options: DecodeOptions) -> None:
    """Sends a photo. Raises OSError if the other side has ended."""
    head = FORMATS.index(kind), len(data), options.max_pixels, options.short_side or 0, options.colour_managed
    pipe.write(_REQUEST.pack(*head))
    pipe.write(data)
    pipe.flush()


def receive_request(pipe: IO[bytes]) -> tuple[Format, bytes, DecodeOptions]:
    """Receives a photo. Raises Gone."""
    kind, length, max_pixels, short_side, colour_managed = _REQUEST.unpack(_read(pipe, _REQUEST.size))
    options = DecodeOptions(max_pixels, short_side or None, colour_managed)
    return FORMATS[kind], _read(pipe, length), options


def send_answer(pipe: IO[bytes], answer: Image.Image | PhotoError) -> None:
    """Sends a picture in mode "RGB" or an error. Raises OSError if the other side has ended."""
    if isinstance(answer, PhotoError):
        detail = answer.detail.encode()
        pipe.write(_ANSWER.pack(1 + _ERRORS.index(type(answer)), len(detail), 0) + detail)
    else:
        pipe.write(_ANSWER.pack(0, *answer.size))
        for top, bottom in _strips(*answer.size):
            pipe.write(answer.crop((0, top, answer.width, bottom)).tobytes())
    pipe.flush()


def receive_answer(pipe: IO[bytes]) -> Image.Image:
    """Receives a picture in mode "RGB". Raises the PhotoError that was sent, or Gone."""
    error, width, height = _ANSWER.unpack(_read(pipe, _ANSWER.size))
    if error:
        raise _ERRORS[error - 1](_read(pipe, width).decode())
    picture = Image.new("RGB", (width, height), None)
    for top, bottom in _strips(width, height):
        rows = (width, bottom - top)
        strip = Image.frombuffer("RGB", rows, _read(pipe, 3 * width * rows[1]), "raw", "RGB", 0, 1)
        picture.paste(strip, (0, top))
    return picture


def _strips(width: int, height: int) -> Iterable[tuple[int, int]]:
    rows = max(1, _STRIP // (3 * width))
    return pairwise([*range(0, height, rows), height])


def _read(pipe: IO[bytes], length: int) -> bytes:
    """Reads `length` bytes. `pipe` is buffered, so it returns fewer only at its end."""
    data = pipe.read(length)
    if len(data) < length:
        raise Gone
    return data
