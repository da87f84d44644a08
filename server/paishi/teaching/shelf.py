"""The taught things of one owner, in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from paishi.teaching.space import Example, Prototypes, Space
from paishi.teaching.things import Thing, public_id


@dataclass(frozen=True)
class Shelf:
    """The things of one owner at `revision`, with the examples of one space.

    `things` has deleted ones as well, as long as they can be restored. `prototypes` are those of the things
    `ready`: of the others, photos have no vector in this space yet.
    """

    revision: str | None = None
    things: Mapping[str, Thing] = field(default_factory=dict)
    fingerprint: str = ""
    examples: Mapping[tuple[str, int], Example] = field(default_factory=dict)
    prototypes: Prototypes | None = None
    ready: frozenset[str] = frozenset()

    @property
    def alive(self) -> dict[str, Thing]:
        return {key: thing for key, thing in self.things.items() if thing.gone is None}

    @property
    def bytes(self) -> int:
        """Memory that it takes, roughly."""
        vectors = sum(example.vector.nbytes for example in self.examples.values())
        profiles = sum(one.profile.nbytes for one in self.examples.values() if one.profile is not None)
        return 2 * (vectors + profiles) + 4096 * (1 + len(self.things))

    def unlearned(self) -> list[tuple[str, int]]:
        """The photos without a vector whose picture is kept."""
        return [
            (key, photo.number)
            for key, thing in self.alive.items()
            for photo in thing.photos
            if photo.kept and (key, photo.number) not in self.examples
        ]


EMPTY = Shelf()


def shelf_of(
    revision: str | None,
    things: Mapping[str, Thing],
    space: Space | None,
    examples: Mapping[tuple[str, int], Example],
) -> Shelf:
    """Returns a shelf with the prototypes of all things that have every vector in `space`."""
    if space is None:
        return Shelf(revision, things)
    ready = {
        key: [examples[key, photo.number] for photo in thing.photos]
        for key, thing in things.items()
        if thing.gone is None and all((key, photo.number) in examples for photo in thing.photos)
    }
    named = {public_id(key): taught for key, taught in ready.items()}
    prototypes = Prototypes.of(space, named) if named else None
    return Shelf(revision, things, space.fingerprint, examples, prototypes, frozenset(ready))
