"""A JPEG whose upload broke off: nothing lost but the end marker, or part of the picture?"""

from collections.abc import Callable

from PIL import Image, ImageChops

_END = b"\xff\xd9"

# The first missing bit is 0 in one and 1 in the other: whatever still depends on it comes out different.
_FILLERS = (b"\x00" * 64, b"\xaa" * 64)


def read_without_end(data: bytes, read: Callable[[bytes], Image.Image]) -> Image.Image:
    """Read a JPEG that stops before its end marker, if every pixel is there all the same.

    The decoder itself paints what is missing grey and stays silent. So the file is read with two
    different continuations: where the pictures agree, nothing that matters was missing.

    Raises OSError where part of the picture is missing, and for a progressive file, of which whole
    scans can be missing without a trace.
    """
    rest = data.removesuffix(b"\xff")  # half a marker
    one, other = (read(rest + filler + _END) for filler in _FILLERS)
    if one.info.get("progressive"):
        raise OSError("later scans may be missing")
    if one.mode != other.mode or ImageChops.difference(one, other).getbbox(alpha_only=False):
        raise OSError("part of the picture is missing")
    return one
