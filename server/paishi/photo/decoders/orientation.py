"""EXIF orientation."""

from typing import Literal

from PIL import Image

_TAG = b"\x01\x12"  # Orientation, 0x0112 (Exif 2.32, table 4)

_TURN = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def orientation(exif: bytes) -> int:
    """Returns the orientation 1-8 of an EXIF block, 1 if it is missing or broken.

    Only one tag of the first directory counts. Pillow would read every tag, warn of damaged ones and refuse
    broken blocks.
    """
    tiff = exif.removeprefix(b"Exif\0\0")
    order: Literal["little", "big"] = "little" if tiff[:2] == b"II" else "big"
    if tiff[:4] not in (b"II*\0", b"MM\0*"):
        return 1
    tag = _TAG if order == "big" else _TAG[::-1]
    start = int.from_bytes(tiff[4:8], order)
    count = int.from_bytes(tiff[start : start + 2], order)
    for at in range(start + 2, min(start + 2 + 12 * count, len(tiff)), 12):
        if tiff[at : at + 2] == tag:
            return _value(tiff[at : at + 12], order)
    return 1


def _value(entry: bytes, order: Literal["little", "big"]) -> int:
    # SHORT by the standard; some writers use LONG.
    width = {3: 2, 4: 4}.get(int.from_bytes(entry[2:4], order), 0)
    value = int.from_bytes(entry[8 : 8 + width], order)
    return value if value in _TURN else 1


def upright(picture: Image.Image, exif: bytes) -> Image.Image:
    """Turns or mirrors `picture` by its EXIF block; returns the same object if it is upright."""
    turn = _TURN.get(orientation(exif))
    return picture if turn is None else picture.transpose(turn)
