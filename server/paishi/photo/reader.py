"""Decodes photos off the event loop, a bounded number at once."""

from collections.abc import Callable
from typing import NamedTuple, TypeVar

import numpy as np
from anyio import CapacityLimiter, to_thread
from numpy.typing import NDArray
from PIL import Image

from paishi.choices import Fit
from paishi.photo.decode import Decoder
from paishi.photo.encode import encode_jpeg
from paishi.photo.fit import Box, boxes, fit, short_side_for
from paishi.photo.timing import timed
from paishi.system.cpu_budget import CpuBudget

T = TypeVar("T")


class UprightJpeg(NamedTuple):
    """A JPEG file without metadata; width and height in pixels."""

    data: bytes
    width: int
    height: int


class LocatedViews(NamedTuple):
    """Views (n, size, size, 3) uint8 RGB, and the box of each in fractions of the upright photo."""

    views: NDArray[np.uint8]
    boxes: list[Box]


class PhotoReader:
    """Decodes and encodes photos on threads, each with one of `cores`.

    `max_pixels` bounds one picture, `at_once` the number of decoded pictures: together they bound memory.
    """

    def __init__(self, decoder: Decoder, max_pixels: int, at_once: int, cores: CpuBudget) -> None:
        self.max_pixels = max_pixels
        self._decode = decoder.decode
        self._cores = cores
        self._limiter = CapacityLimiter(at_once)

    async def views(self, data: bytes, size: int, way: Fit) -> NDArray[np.uint8]:
        """Returns views (n, size, size, 3) uint8 RGB as `paishi.photo.fit.fit` does. Raises PhotoError."""

        @timed
        def work() -> NDArray[np.uint8]:
            picture = self._decode(data, max_pixels=self.max_pixels, short_side=short_side_for(size, way))
            return fit(picture, size, way)

        return await self._on_a_core(work)

    async def seen(self, data: bytes, size: int, way: Fit) -> LocatedViews:
        """Returns the same views as `views`, with their boxes. Raises PhotoError."""

        @timed
        def work() -> LocatedViews:
            picture = self._decode(data, max_pixels=self.max_pixels, short_side=short_side_for(size, way))
            width, height = picture.size
            shares = [
                (left / width, top / height, right / width, bottom / height)
                for left, top, right, bottom in boxes(width, height, size, way)
            ]
            return LocatedViews(fit(picture, size, way), shares)

        return await self._on_a_core(work)

    async def drawn_on(self, data: bytes, long_side: int, draw: Callable[[Image.Image], bytes]) -> bytes:
        """Returns `draw` of the upright picture in sRGB, reduced to `long_side` pixels. Raises PhotoError."""

        @timed
        def work() -> bytes:
            picture = self._decode(
                data, max_pixels=self.max_pixels, short_side=long_side, colour_managed=True
            )
            picture.thumbnail((long_side, long_side))
            return draw(picture)

        return await self._on_a_core(work)

    async def upright_jpeg(self, data: bytes) -> UprightJpeg:
        """Returns the whole picture, upright and in sRGB. Raises PhotoError."""

        @timed
        def work() -> UprightJpeg:
            picture = self._decode(data, max_pixels=self.max_pixels, colour_managed=True)
            return UprightJpeg(encode_jpeg(picture), *picture.size)

        return await self._on_a_core(work)

    async def _on_a_core(self, work: Callable[[], T]) -> T:
        def on_a_core() -> T:
            with self._cores.one():
                return work()

        return await to_thread.run_sync(on_a_core, limiter=self._limiter)
