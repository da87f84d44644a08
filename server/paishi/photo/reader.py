"""Decodes photos off the event loop, a bounded number at once."""

from collections.abc import Callable
from time import perf_counter
from typing import NamedTuple, TypeVar

import numpy as np
from anyio import CapacityLimiter, to_thread
from numpy.typing import NDArray
from PIL import Image

from paishi.choices import Fit
from paishi.models.backbone import Size
from paishi.photo.decode import Decoder
from paishi.photo.encode import JPEG_SIDE, encode_jpeg
from paishi.photo.fit import Box, boxes, fit, short_side_for
from paishi.problems.kinds import ResourcesExhausted
from paishi.system.cpu_budget import CpuBudget
from paishi.system.timing import Stopwatch, on_decode

T = TypeVar("T")


class UprightJpeg(NamedTuple):
    """A JPEG file without metadata; width and height in pixels."""

    data: bytes
    width: int
    height: int


class LocatedViews(NamedTuple):
    """Views (n, height, width, 3) uint8 RGB, and the box of each in fractions of the upright photo."""

    views: NDArray[np.uint8]
    boxes: list[Box]


class PhotoReader:
    """Decodes and encodes photos on threads, each with one of `cores`.

    `max_pixels` bounds one picture, `at_once` the number of decoded pictures: together they bound memory. All
    methods raise PhotoError and ResourcesExhausted.
    """

    def __init__(self, decoder: Decoder, max_pixels: int, at_once: int, cores: CpuBudget) -> None:
        self.max_pixels = max_pixels
        self._decode = decoder.decode
        self._cores = cores
        self._limiter = CapacityLimiter(at_once)

    async def views(self, data: bytes, size: Size, way: Fit) -> NDArray[np.uint8]:
        """Returns views (n, height, width, 3) uint8 RGB as `paishi.photo.fit.fit` does."""
        return (await self.located_views(data, size, way)).views

    async def located_views(self, data: bytes, size: Size, way: Fit) -> LocatedViews:
        """Returns the same views as `views`, with their boxes."""

        def locate(picture: Image.Image) -> LocatedViews:
            width, height = picture.size
            fractions = [
                (left / width, top / height, right / width, bottom / height)
                for left, top, right, bottom in boxes(width, height, size, way)
            ]
            return LocatedViews(fit(picture, size, way), fractions)

        return await self._decoded(data, locate, short_side_for(size, way))

    async def render(self, data: bytes, long_side: int, draw: Callable[[Image.Image], T]) -> T:
        """Returns `draw` of the upright picture in sRGB, reduced to `long_side` pixels."""

        def reduce_and_draw(picture: Image.Image) -> T:
            picture.thumbnail((long_side, long_side))
            return draw(picture)

        return await self._decoded(data, reduce_and_draw, long_side, colour_managed=True)

    async def upright_jpeg(self, data: bytes) -> UprightJpeg:
        """Returns the whole picture, upright and in sRGB; reduced if JPEG cannot hold its size."""

        def encode(picture: Image.Image) -> UprightJpeg:
            picture.thumbnail((JPEG_SIDE, JPEG_SIDE))
            return UprightJpeg(encode_jpeg(picture), *picture.size)

        return await self._decoded(data, encode, None, colour_managed=True)

    async def _decoded(
        self,
        data: bytes,
        use: Callable[[Image.Image], T],
        short_side: int | None,
        colour_managed: bool = False,
    ) -> T:
        stopwatch = Stopwatch(on_decode)

        def decode_and_use() -> T:
            with self._cores.one():
                begun = perf_counter()
                try:
                    picture = self._decode(
                        data, max_pixels=self.max_pixels, short_side=short_side, colour_managed=colour_managed
                    )
                    return use(picture)
                except MemoryError as error:  # while the picture is used
                    raise ResourcesExhausted from error
                finally:
                    stopwatch.report(begun)

        return await to_thread.run_sync(decode_and_use, limiter=self._limiter)
