"""One decoder for all tests of photos, with other limits for some."""

from PIL import Image

from paishi.photo.decode import Decoder
from paishi.system.cpu_count import usable_cores

LIMIT_S = 2.0
"""Default of PAISHI_DECODE_S."""

_decoder = Decoder(LIMIT_S, usable_cores())


def decode(
    data: bytes, *, max_pixels: int, short_side: int | None = None, colour_managed: bool = False
) -> Image.Image:
    return _decoder.decode(data, max_pixels=max_pixels, short_side=short_side, colour_managed=colour_managed)


def limit_decoding(limit_s: float, at_once: int) -> None:
    global _decoder
    before, _decoder = _decoder, Decoder(limit_s, at_once)
    before.workers.close()


def end_workers() -> None:
    _decoder.workers.end_idle()
