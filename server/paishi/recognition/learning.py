"""Learns taught photos: of users, and anew after the model has changed."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from paishi.photo.difference_hash import difference_hash
from paishi.photo.encode import encode_jpeg
from paishi.photo.reader import PhotoReader
from paishi.problems.kinds import NotFound, PhotoError
from paishi.recognition.recogniser import Recogniser
from paishi.recognition.recognition import Recognition
from paishi.teaching.rules import NewPhoto
from paishi.teaching.space import Example, Seen

if TYPE_CHECKING:
    from paishi.teaching.book import Book

TAUGHT_SIDE = 1024
"""Longest side of a kept photo, in pixels."""

_PAUSE_S = 0.05
_BUSY_S = 0.5
_TOGETHER = 8
"""Photos whose vectors are stored together: a change lists the owner's files again."""

_RETRY_S = 30.0

log = logging.getLogger(__name__)


async def read_taught(
    photos: PhotoReader, recogniser: Recogniser, data: bytes, seen: Seen, keeps: bool
) -> NewPhoto:
    """Returns a photo to be taught, of which `recogniser` has `seen` the vector; it `keeps` a picture or not.

    Raises as `PhotoReader`.
    """

    def draw(picture: Image.Image) -> tuple[bytes | None, NDArray[np.uint64]]:
        return encode_jpeg(picture) if keeps else None, difference_hash(picture)

    assert recogniser.space
    picture, hash = await photos.render(data, TAUGHT_SIDE, draw)
    content = hashlib.sha256(data).hexdigest()
    return NewPhoto(content, hash, picture, seen, recogniser.space.example(seen))


async def example_of(
    book: Book, photos: PhotoReader, recogniser: Recogniser, owner: str, key: str, number: int
) -> Example:
    """Returns what the model keeps of a taught photo. Raises NotFound, or as `PhotoReader`."""
    assert recogniser.space
    picture = await book.photo(owner, key, number)
    views = await photos.views(picture, recogniser.input_size, recogniser.fit)
    return recogniser.space.example(await recogniser.see(views))


class Learning:
    """Learns the kept photos of owners anew, one after the other while the server `is_idle`.

    Each server does so for the owners who send it something; a photo that two servers learn is learned twice.
    """

    def __init__(
        self, book: Book, recognition: Recognition, photos: PhotoReader, is_idle: Callable[[], bool]
    ) -> None:
        self._book = book
        self._recognition = recognition
        self._photos = photos
        self._is_idle = is_idle
        self._owners: asyncio.Queue[str] = asyncio.Queue()
        self._waiting: set[str] = set()

    def add(self, owner: str) -> None:
        """Looks soon whether the owner has photos to learn."""
        if owner not in self._waiting:
            self._waiting.add(owner)
            self._owners.put_nowait(owner)

    async def run(self) -> None:
        """Learns until it is cancelled."""
        while True:
            owner = await self._owners.get()
            try:
                await self._learn_all(owner)
            except Exception as error:  # the store does not answer, or the model is being replaced
                log.warning("taught photos cannot be learned anew (%s)", type(error).__name__)
                await asyncio.sleep(_RETRY_S)
                self._owners.put_nowait(owner)
            else:
                self._waiting.discard(owner)

    async def _learn_all(self, owner: str) -> None:
        unreadable: set[tuple[str, int]] = set()
        while True:
            if not self._is_idle():
                await asyncio.sleep(_BUSY_S)
                continue
            with self._recognition.hold() as recogniser:
                space = recogniser.space
                if space is None:
                    return
                todo = [at for at in await self._book.unlearned(owner, space) if at not in unreadable]
                if not todo:
                    return
                examples = {}
                for at in todo[:_TOGETHER]:
                    try:
                        examples[at] = await example_of(self._book, self._photos, recogniser, owner, *at)
                    except (NotFound, PhotoError):  # deleted meanwhile, or damaged on the disk
                        unreadable.add(at)
                    await asyncio.sleep(_PAUSE_S)
                await self._book.learn(owner, space, examples)
