"""Converts wide-gamut photos, such as the Display P3 of iPhones, to sRGB."""

import io

from PIL import Image, ImageCms

from paishi.photo.decoders.rgb import to_rgb

# Modes that a profile applies to directly; others become RGB first.
_NATIVE = {"RGB", "L", "CMYK"}


def to_srgb(picture: Image.Image, icc: bytes) -> Image.Image:
    """Converts `picture` by its profile `icc` to sRGB, mode "RGB", perceptual intent.

    If the profile is broken or belongs to another mode, the colours stay unchanged and the mode may be
    another than "RGB".
    """
    native = picture if picture.mode in _NATIVE and not picture.has_transparency_data else to_rgb(picture)
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
        if "sRGB" in ImageCms.getProfileDescription(profile):
            return native
        srgb = ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(native, profile, srgb, outputMode="RGB") or native
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return native
