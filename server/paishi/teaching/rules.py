"""What may be taught, and what is asked back about."""

import secrets
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from paishi.contract import OtherThing
from paishi.photo.difference_hash import are_copies
from paishi.problems.kinds import NotFound, TaughtBefore, TaughtFull, TaughtLooksLikeOther, TaughtNameExists
from paishi.teaching.names import same_name
from paishi.teaching.shelf import Shelf
from paishi.teaching.space import Example, Seen, Space
from paishi.teaching.things import Thing, Undo, key_of, public_id

_MUCH_NEARER = 9
"""Ratio of odds from which a photo is much nearer to one thing than to another, or than to none: that of
probabilities 0.9 and 0.5."""


class Limits(NamedTuple):
    """The most things of one owner, photos of one thing, and bytes of all owners' files."""

    things: int
    photos: int
    bytes: int


class NewPhoto(NamedTuple):
    """A photo to be taught: SHA-256 of the file that was sent, difference hash, JPEG or None if none is kept,
    and what the model sees in it."""

    content: str
    hash: NDArray[np.uint64]
    picture: bytes | None
    seen: Seen
    example: Example


class View(NamedTuple):
    """A thing with its key; `ready` if photos are compared with it now."""

    key: str
    thing: Thing
    ready: bool


class Learned(NamedTuple):
    """The thing with the number of its new photo."""

    view: View
    number: int


def alive(shelf: Shelf, key: str) -> Thing:
    """Returns a thing. Raises NotFound if there is none, or it is deleted."""
    thing = shelf.things.get(key)
    if thing is None or thing.gone:
        raise NotFound("You have taught no such thing.")
    return thing


def find(shelf: Shelf, name: str, but: str = "") -> tuple[str, Thing] | None:
    """Returns key and thing of that name, other than `but`; None if there is none."""
    found = (item for item in shelf.alive.items() if item[0] != but and same_name(item[1].name, name))
    return next(found, None)


def view(shelf: Shelf, space: Space | None, key: str) -> View:
    """Returns a thing as users see it. Raises NotFound."""
    is_ready = space is not None and shelf.fingerprint == space.fingerprint and key in shelf.ready
    return View(key, alive(shelf, key), is_ready)


def is_valid(undo: Undo, token: str, now: float) -> bool:
    """Whether `token` still restores what was deleted."""
    return secrets.compare_digest(undo.token.encode(), token.encode()) and now < undo.until


def name_exists(key: str, thing: Thing) -> TaughtNameExists:
    return TaughtNameExists(
        f"Another thing is called {thing.name}. Choose another name, or send merge=true if both are one.",
        other=OtherThing(id=public_id(key), name=thing.name),
    )


def check_room(limits: Limits, shelf: Shelf, thing: Thing, is_new: bool, photos: int = 1) -> None:
    """Raises TaughtFull if `thing` cannot have so many more `photos`, or as a new one has no place itself."""
    if is_new and len(shelf.alive) >= limits.things:
        raise TaughtFull(
            f"{limits.things} things are taught, and more are not allowed here. Delete one first."
        )
    if len(thing.photos) + photos > limits.photos:
        raise TaughtFull(
            f"{thing.name} would have more than {limits.photos} photos, which are not allowed here. Delete "
            "some of them first."
        )


def check_is_new(thing: Thing, photo: NewPhoto) -> None:
    """Raises TaughtBefore if the thing has the photo already."""
    hashes = [one.difference_hash for one in thing.photos]
    is_copy = bool(hashes) and are_copies(photo.hash[None], np.stack(hashes)).any()
    if is_copy or photo.content in {one.content for one in thing.photos}:
        raise TaughtBefore(
            f"{thing.name} has this photo already. Take another one, from another side or before another "
            "background."
        )


def check_likeness(shelf: Shelf, space: Space, key: str, thing: Thing, photo: NewPhoto) -> None:
    """Raises TaughtLooksLikeOther if the photo is much nearer to another thing than to this one."""
    if shelf.prototypes is None:
        return
    scores = space.scores(photo.seen, shelf.prototypes)
    odds = {one: _odds(space.probability(score, len(scores))) for one, score in scores.items()}
    own = odds.pop(public_id(key), 0.0)
    nearest = max(odds, key=odds.__getitem__, default="")
    if nearest and odds[nearest] >= _MUCH_NEARER * max(own, 1.0):
        other = shelf.things[key_of(nearest)]
        raise TaughtLooksLikeOther(
            f"The photo resembles {other.name} much more than {thing.name}. Send it with force=true if the "
            "name is right.",
            other=OtherThing(id=nearest, name=other.name),
        )


def _odds(probability: float) -> float:
    return probability / max(1 - probability, 1e-12)
