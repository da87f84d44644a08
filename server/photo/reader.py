"""Decoding off the event loop, and only so many at once."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from anyio import CapacityLimiter, to_thread
from numpy.typing import NDArray
from PIL import Image

from server.photo.decode import decode
from server.photo.encode import encode_jpeg
from server.photo.fit import Box, Fit, boxes, fit, short_side_for


class UprightJpeg(NamedTuple):
    """A JPEG file without metadata; width and height in pixels."""

    data: bytes
    width: int
    height: int


class Seen(NamedTuple):
    """What a network is shown of a photo: its `views`, and where each lies on the upright photo, as fractions
    of its width and height."""

    views: NDArray[np.uint8]
    boxes: list[Box]


class PhotoReader:
    """`max_pixels` bounds one picture, `at_once` how many are held decoded at a time: together, memory."""

    def __init__(self, max_pixels: int, at_once: int) -> None:
        self.max_pixels = max_pixels
        self._limiter = CapacityLimiter(at_once)

    async def views(self, data: bytes, size: int, way: Fit) -> NDArray[np.uint8]:
        """Shape (n, size, size, 3), uint8 RGB, as `server.photo.fit.fit`. Raises PhotoError."""

        def work() -> NDArray[np.uint8]:
            picture = decode(data, max_pixels=self.max_pixels, short_side=short_side_for(size, way))
            return fit(picture, size, way)

        return await to_thread.run_sync(work, limiter=self._limiter)

    async def seen(self, data: bytes, size: int, way: Fit) -> Seen:
        """The same views as `views` gives, and where they lie. Raises PhotoError."""

        def work() -> Seen:
            picture = decode(data, max_pixels=self.max_pixels, short_side=short_side_for(size, way))
            width, height = picture.size
            shares = [
                (left / width, top / height, right / width, bottom / height)
                for left, top, right, bottom in boxes(width, height, size, way)
            ]
            return Seen(fit(picture, size, way), shares)

        return await to_thread.run_sync(work, limiter=self._limiter)

    async def drawn_on(self, data: bytes, long_side: int, draw: Callable[[Image.Image], bytes]) -> bytes:
        """What `draw` makes of the upright picture, `long_side` pixels at most. Raises PhotoError."""

        def work() -> bytes:
            picture = decode(data, max_pixels=self.max_pixels, short_side=long_side, colour_managed=True)
            picture.thumbnail((long_side, long_side))
            return draw(picture)

        return await to_thread.run_sync(work, limiter=self._limiter)

    async def upright_jpeg(self, data: bytes) -> UprightJpeg:
        """The whole picture, turned upright, in sRGB. Raises PhotoError."""

        def work() -> UprightJpeg:
            picture = decode(data, max_pixels=self.max_pixels, colour_managed=True)
            return UprightJpeg(encode_jpeg(picture), *picture.size)

        return await to_thread.run_sync(work, limiter=self._limiter)
