"""Converts any Pillow mode to 8-bit RGB that looks the same."""

from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:  # the sandbox starts faster without NumPy, and few photos need it
    import numpy as np
    from numpy.typing import NDArray

_WHITE = (255, 255, 255)


def to_rgb(picture: Image.Image) -> Image.Image:
    """Returns `picture` as a new "RGB" picture, 8 bits per channel.

    Transparent parts become white. 16-bit grey is scaled by 255/65535, not clipped. "I" counts as 16-bit
    grey, as Pillow writes it to PNG, and "F" as 0-1; no accepted format yields either today. CMYK is
    converted by (1 - ink) * (1 - black), without a profile.
    """
    if picture.mode == "F" or picture.mode.startswith("I"):
        return _grey(picture)
    if picture.has_transparency_data:
        return _on_white(picture)
    return picture.convert("RGB")


def _grey(picture: Image.Image) -> Image.Image:
    import numpy as np

    if picture.mode == "F":
        unit = np.clip(np.nan_to_num(np.asarray(picture), nan=0.0), 0, 1)
        levels = np.rint(unit * 255).astype(np.uint8)
    else:
        levels = _narrowed(np.clip(np.asarray(picture), 0, 65535).astype(np.uint16))
    return Image.fromarray(levels).convert("RGB")


def _narrowed(wide: "NDArray[np.uint16]") -> "NDArray[np.uint8]":
    # round(wide / 257) within 16 bits, to save memory on a 50-megapixel scan.
    return (wide // 257 + (wide % 257 > 128)).astype("uint8")


def _on_white(picture: Image.Image) -> Image.Image:
    see_through = picture.convert("RGBA")
    below = Image.new("RGB", picture.size, _WHITE)
    below.paste(see_through, mask=see_through.getchannel("A"))
    return below
