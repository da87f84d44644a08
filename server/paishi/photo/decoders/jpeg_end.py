"""Reads JPEGs that lack only the end marker, not part of the picture."""

import io
import re
from collections.abc import Callable

from PIL import Image, ImageChops
from PIL.JpegImagePlugin import JpegImageFile

_END = b"\xff\xd9"

# The first missing bit is 0 in one and 1 in the other, so pixels that depend on it differ.
_FILLERS = (b"\x00" * 64, b"\xaa" * 64)

# Ends the coded data of a scan: a marker, which is no stuffed zero, restart or fill byte (ITU-T T.81, B.1.1),
# or the first box of a film (ISO/IEC 14496-12), which has markers only by chance.
_OTHER = re.compile(rb"\xff[^\0\xd0-\xd7\xff]|ftyp")


def read_without_end(data: bytes, read: Callable[[bytes], Image.Image]) -> Image.Image:
    """Reads a JPEG that has all pixels but no end marker, or other data in its place: a film, padding, text.

    The decoder silently paints missing parts grey. So the file is read with two different continuations: if
    the pictures are equal, no pixel was missing.

    Raises OSError if part of the picture is missing, and for progressive files, in which missing scans cannot
    be detected.
    """
    rest = _coded(data).rstrip(b"\xff")  # half a marker, or fill bytes before one
    one, other = (read(rest + filler + _END) for filler in _FILLERS)
    if one.mode != other.mode or ImageChops.difference(one, other).getbbox(alpha_only=False):
        raise OSError("part of the picture is missing")
    return one


def _coded(data: bytes) -> bytes:
    """Returns `data` up to the end of its only scan, as far as that is visible.

    Behind a marker nothing can be taken for missing pixels, because the decoder ends a scan there.
    """
    header = JpegImageFile(io.BytesIO(data))  # reads up to the first scan's data
    if header.info.get("progressive"):
        raise OSError("later scans may be missing")
    assert header.fp
    start, parts = header.fp.tell(), header.layers
    # A scan's header (ITU-T T.81, B.2.3): all components are in the first scan, so there is no other.
    if data[start - 8 - 2 * parts : start - 3 - 2 * parts] != bytes([0xFF, 0xDA, 0, 6 + 2 * parts, parts]):
        return data
    other = _OTHER.search(data, start)
    return data[: other.start()] if other else data
