"""Wide-gamut photos (iPhones store Display P3) to sRGB, where somebody asks for it."""

import io

from PIL import Image, ImageCms

from paishi.photo.decoders.rgb import to_rgb

# Modes that a profile can speak of as they are; the rest becomes RGB first.
_NATIVE = {"RGB", "L", "CMYK"}


def to_srgb(picture: Image.Image, icc: bytes) -> Image.Image:
    """Convert by the picture's ICC profile to sRGB, perceptual intent; mode "RGB".

    Where the profile is broken or meant for another kind of picture, the picture stays as it is, in
    "RGB" or its own mode: a photo is still a photo without its profile.
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
