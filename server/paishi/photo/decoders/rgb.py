"""Converts any Pillow mode to 8-bit RGB that looks the same."""

from PIL import Image

_WHITE = (255, 255, 255)


def to_rgb(picture: Image.Image) -> Image.Image:
    """Returns `picture` as a new "RGB" picture, 8 bits per channel.

    Transparent parts become white. 16-bit grey is scaled by 255/65535, not clipped. CMYK is converted by
    (1 - ink) * (1 - black), without a profile.
    """
    if picture.mode.startswith("I"):
        return _grey(picture)
    if picture.has_transparency_data:
        return _on_white(picture)
    return picture.convert("RGB")


def _grey(picture: Image.Image) -> Image.Image:
    import numpy as np  # here, because the sandbox starts faster without it and few photos need it

    wide = np.clip(np.asarray(picture), 0, 65535).astype(np.uint16)
    # round(wide / 257) within 16 bits, to save memory on a 50-megapixel scan.
    return Image.fromarray((wide // 257 + (wide % 257 > 128)).astype(np.uint8)).convert("RGB")


def _on_white(picture: Image.Image) -> Image.Image:
    see_through = picture.convert("RGBA")
    below = Image.new("RGB", picture.size, _WHITE)
    below.paste(see_through, mask=see_through.getchannel("A"))
    return below
