"""Decodes the photos of a set, as a server does: upright, within limits, costly ones in a process apart."""

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from paishi.choices import Fit
from paishi.models.backbone import Size
from paishi.photo.decode import Decoder
from paishi.photo.difference_hash import difference_hash
from paishi.photo.encode import encode_jpeg
from paishi.photo.fit import fit, short_side_for
from paishi.problems.kinds import PhotoError, ResourcesExhausted
from paishi.settings import Settings

T = TypeVar("T")
R = TypeVar("R")

_AHEAD = 4
"""Decoded photos that wait for their use, for each thread."""


class Picture(NamedTuple):
    """A decoded photo: `views` (n, size, size, 3) uint8 RGB, and its difference hash, 4 x uint64."""

    views: NDArray[np.uint8]
    difference_hash: NDArray[np.uint64]


class Unreadable(NamedTuple):
    """A photo that cannot be used, and why."""

    file: Path
    reason: str


@dataclass(frozen=True, slots=True)
class PictureReader:
    """Reads photos of at most `max_bytes` and `max_pixels`, on `threads`."""

    decoder: Decoder
    max_bytes: int
    max_pixels: int
    threads: int

    def read(self, file: Path) -> bytes:
        """Returns the content of `file`. Raises OSError, also for one of more than `max_bytes`."""
        with file.open("rb") as stream:
            data = stream.read(self.max_bytes + 1)
        if len(data) > self.max_bytes:
            raise OSError(None, f"it is larger than PAISHI_MAX_BODY_MB={self.max_bytes / 1e6:g}", str(file))
        return data

    def picture(self, data: bytes, size: Size, way: Fit) -> Picture:
        """Decodes `data`. Raises PhotoError and ResourcesExhausted."""
        picture = self.decoder.decode(data, max_pixels=self.max_pixels, short_side=short_side_for(size, way))
        return Picture(fit(picture, size, way), difference_hash(picture))

    def thumbnail(self, file: Path, side: int) -> bytes:
        """Returns a JPEG of at most `side` pixels, b"" if `file` cannot be read."""
        try:
            picture = self.decoder.decode(
                self.read(file), max_pixels=self.max_pixels, short_side=side, colour_managed=True
            )
        except (OSError, PhotoError, ResourcesExhausted):
            return b""
        picture.thumbnail((side, side))
        return encode_jpeg(picture)

    def each(self, items: Iterable[T], work: Callable[[T], R]) -> Iterator[R]:
        """Yields `work` of each of `items` in their order; `work` runs on threads, a few ahead."""
        with ThreadPoolExecutor(self.threads) as pool:
            ahead: deque[Future[R]] = deque()
            try:
                for item in items:
                    ahead.append(pool.submit(work, item))
                    if len(ahead) >= _AHEAD * self.threads:
                        yield ahead.popleft().result()
                while ahead:
                    yield ahead.popleft().result()
            finally:
                pool.shutdown(wait=True, cancel_futures=True)


def picture_reader(settings: Settings) -> PictureReader:
    """Returns a reader with a server's limits."""
    decoder = Decoder(settings.decode_s, settings.decoders)
    return PictureReader(decoder, settings.max_body_bytes, settings.max_pixels, settings.decoders)


def content_hash(data: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()
