"""Decodes untrusted bytes to an upright RGB picture."""

from PIL import Image

from paishi.photo.decoders.formats import format_of
from paishi.photo.decoders.in_process import DecodeOptions, decode_here
from paishi.photo.sandbox.cost import is_cheap
from paishi.photo.sandbox.pool import WorkerPool
from paishi.problems.kinds import ResourcesExhausted
from paishi.system.cpu_budget import limited_elsewhere


class Decoder:
    """Decodes cheap photos on the calling thread and all others in processes that can be killed.

    `limit_s` bounds the seconds of CPU time per photo of up to 12 megapixels, and proportionally more for a
    larger one, in such a process; `at_once` the number of processes.
    """

    def __init__(self, limit_s: float, at_once: int) -> None:
        self.workers = WorkerPool(limit_s, at_once)

    def decode(
        self, data: bytes, *, max_pixels: int, short_side: int | None = None, colour_managed: bool = False
    ) -> Image.Image:
        """Decodes the first frame of a photo: mode "RGB", upright, 8 bits, without metadata. Blocks.

        `max_pixels` bounds width times height by the header, before any pixel is decoded. `short_side` in
        pixels lets the decoder reduce the photo as long as its short side stays at least that long; None
        prevents that. `colour_managed` converts other ICC profiles to sRGB.

        Raises `PhotoError`, or `ResourcesExhausted` if memory or processes are short, and nothing else.
        """
        kind = format_of(data)
        options = DecodeOptions(max_pixels, short_side, colour_managed)
        try:
            if is_cheap(kind, data, options):
                return decode_here(kind, data, options)
            with limited_elsewhere():
                return self.workers.decode(kind, data, options)
        except MemoryError as error:  # of this process: cheap photos need little
            raise ResourcesExhausted from error
