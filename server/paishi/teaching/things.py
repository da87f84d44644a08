"""Taught things as they are stored."""

import secrets
from collections.abc import Iterable
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

ENOUGH = 3
"""Photos from which a thing is recognised reliably: of 30 things, 98 % of the other photos of each."""

TRAIN_FROM = 20
"""Photos from which a trained model recognises a thing better than its vectors do."""

COMMON = "common"
"""The owner of what is taught without authentication."""

ID_PREFIX = "taught:"

UNDO_S = 600
"""How long a deletion can be undone."""

Language = Literal["zh", "en"]


class Undo(BaseModel):
    """A deletion that `token` undoes before `until`, in seconds since 1970."""

    token: str
    until: float


class TaughtPhoto(BaseModel):
    """A photo: its `number` within the thing, the SHA-256 of the file that was sent, its difference hash in
    hexadecimal, and whether the picture itself is kept."""

    number: int
    content: str
    hash: str
    kept: bool

    @property
    def difference_hash(self) -> NDArray[np.uint64]:
        return np.frombuffer(bytes.fromhex(self.hash), np.uint64)


class RemovedPhoto(BaseModel):
    photo: TaughtPhoto
    undo: Undo


class Thing(BaseModel):
    """A taught thing. Numbers of photos start at 1 and are never used again; `next` is the next one.

    `taught_at` is the time of the last photo, in seconds since 1970. `gone` is set once it is deleted; its
    photos stay until then, to be restored. `absorbed` are the keys of things that were joined into this one.
    """

    name: str
    lang: Language | None = None
    taught_at: float
    next: int = 1
    photos: list[TaughtPhoto] = []
    removed: list[RemovedPhoto] = []
    gone: Undo | None = None
    absorbed: list[str] = []

    def has(self, number: int) -> TaughtPhoto | None:
        return next((photo for photo in self.photos if photo.number == number), None)

    def due(self) -> list[float]:
        """The times at which something of it is to be deleted for good."""
        return [undo.until for undo in (self.gone, *(one.undo for one in self.removed)) if undo]

    def numbers(self) -> set[int]:
        """Numbers of all photos that have files, also of those that `undo` can restore."""
        return {photo.number for photo in (*self.photos, *(one.photo for one in self.removed))}


def new_key() -> str:
    """Returns the key of a new thing, the name of its folder."""
    return secrets.token_hex(8)


def public_id(key: str) -> str:
    """Returns the id of a thing in the API."""
    return f"{ID_PREFIX}{key}"


def key_of(public: str) -> str:
    """Returns the key of a thing by its id in the API; "" if that is none."""
    return public.removeprefix(ID_PREFIX) if public.startswith(ID_PREFIX) else ""


def latest_first(things: Iterable[tuple[str, Thing]]) -> list[tuple[str, Thing]]:
    return sorted(things, key=lambda item: -item[1].taught_at)
