"""What is asked of a decoder besides the file."""

from typing import NamedTuple


class DecodeOptions(NamedTuple):
    """`max_pixels` bounds width times height; `short_side` in pixels is as much as the caller needs, None is
    all; `colour_managed` converts another ICC profile to sRGB."""

    max_pixels: int
    short_side: int | None = None
    colour_managed: bool = False
