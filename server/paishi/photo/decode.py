"""Bytes from outside to an upright RGB picture: the only place that trusts nobody."""

import atexit

from PIL import Image

from paishi.photo.decoders.formats import format_of
from paishi.photo.decoders.in_process import decode_here
from paishi.photo.decoders.options import Wanted
from paishi.photo.sandbox.cost import is_cheap
from paishi.photo.sandbox.pool import Workers
from paishi.system.cpu_budget import limited_elsewhere
from paishi.system.cpu_count import usable_cores

LIMIT_S = 2.0
"""Seconds; what `PAISHI_DECODE_S` is where nobody sets it."""


def decode(
    data: bytes, *, max_pixels: int, short_side: int | None = None, colour_managed: bool = False
) -> Image.Image:
    """Decode the first frame of a photo: mode "RGB", upright, 8 bits, without metadata.

    `max_pixels` bounds width times height as the header claims them, before any pixel is decoded.
    `short_side` in pixels lets a photo be read at a fraction of its size as long as its short side stays
    at least that long; None reads all of it. `colour_managed` converts another ICC profile to sRGB.

    Blocks. What a header promises to be cheap is decoded in this thread; everything else in a process that
    is killed when it takes too long (`limit_decoding`).

    Raises `FormatUnsupported`, `PhotoTooManyPixels`, `PhotoTakesTooLong` or `PhotoUnreadable`, and nothing
    else.
    """
    kind = format_of(data)
    wanted = Wanted(max_pixels, short_side, colour_managed)
    if is_cheap(kind, data, wanted):
        return decode_here(kind, data, wanted)
    with limited_elsewhere():
        return _workers.decode(kind, data, wanted)


def limit_decoding(limit_s: float, at_once: int) -> None:
    """From now on, in this whole process: seconds that a photo may take, and most processes for them."""
    global _workers
    before, _workers = _workers, Workers(limit_s, at_once)
    before.close()


def end_workers() -> None:
    """Ends the processes that wait for a photo; the next photo that needs one starts one."""
    _workers.end_idle()


_workers = Workers(LIMIT_S, usable_cores())
atexit.register(end_workers)
