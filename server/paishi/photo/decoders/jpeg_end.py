"""Reads truncated JPEGs that lack only the end marker, not part of the picture."""

from collections.abc import Callable

from PIL import Image, ImageChops

_END = b"\xff\xd9"

# The first missing bit is 0 in one and 1 in the other, so pixels that depend on it differ.
_FILLERS = (b"\x00" * 64, b"\xaa" * 64)


def read_without_end(data: bytes, read: Callable[[bytes], Image.Image]) -> Image.Image:
    """Reads a JPEG that ends before its end marker but has all pixels.

    The decoder silently paints missing parts grey. So the file is read with two different continuations: if
    the pictures are equal, no pixel was missing.

    Raises OSError if part of the picture is missing, and for progressive files, in which missing scans cannot
    be detected.
    """
    rest = data.removesuffix(b"\xff")  # half a marker
    one, other = (read(rest + filler + _END) for filler in _FILLERS)
    if one.info.get("progressive"):
        raise OSError("later scans may be missing")
    if one.mode != other.mode or ImageChops.difference(one, other).getbbox(alpha_only=False):
        raise OSError("part of the picture is missing")
    return one
