"""Measures the constants of teaching on real photos: `python -m tests.bench.teaching --model NAME`.

It needs the folder `../shared`: `things/`, one folder of photos per thing, and `photos/` and `validation/`,
photos of ImageNet's classes. Each draw teaches five things with three photos each, and up to 25 names with
groups of three photos of one rough kind (three dogs, three vehicles), which are harder names than one thing
is. Two figures count: how many other photos of the things get the right name, and how many photos of nothing
taught get one. The photos that are not of things are split in two halves, and so are the draws: thresholds
are chosen on one half and reported on the other.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, NamedTuple

import numpy as np
import typer
from numpy.typing import NDArray
from PIL import Image, ImageOps
from rich.console import Console
from rich.progress import track
from rich.table import Table

from paishi.choices import Fit
from paishi.photo.fit import fit as fitted
from paishi.photo.photo_files import find_photos
from paishi.recognition.kinds import load_kinds
from paishi.recognition.labels import load_labels
from paishi.recognition.load import load_recogniser
from paishi.recognition.recogniser import Recogniser
from paishi.runtimes.base import VectorOutput
from paishi.settings import Settings
from paishi.system.cpu_budget import CpuBudget
from paishi.system.cpu_count import usable_cores
from paishi.teaching.constants import Constants
from paishi.teaching.space import Prototypes, Seen, Space

ROOT = Path(__file__).parents[2]
TAUGHT, PHOTOS = 5, 3  # things at once, photos of each
NAMES = (5, 10, 25)
DRAWS = 60
_LARGEST_KIND = 60  # classes
_AIM = {5: 0.003, 25: 0.008}
"""Share of other photos that a chosen threshold takes over, for each number of names: the bar is 0.5 and 1 %,
and a measurement on some hundred photos is no nearer than that."""


class Remembering(Space):
    """A space that compares a photo with the classes only once."""

    def __init__(self, vector: VectorOutput, constants: Constants, fit: Fit) -> None:
        super().__init__(vector, constants, fit)
        self._nearest: dict[int, float] = {}

    def nearest_class(self, seen: Seen) -> float:
        if id(seen) not in self._nearest:
            self._nearest[id(seen)] = super().nearest_class(seen)
        return self._nearest[id(seen)]


class Photos(NamedTuple):
    """Photos of each thing, and others with their class in ImageNet; None for a class that is not in it."""

    things: Mapping[str, list[Seen]]
    others: list[tuple[Seen, int | None]]


@dataclass(frozen=True)
class Outcome:
    """Of all draws for one number of names: for each photo of a taught thing the score of the best name, or
    minus infinity if that is not its own, and for each other photo the score of the best name."""

    right: NDArray[np.float64]
    others: NDArray[np.float64]

    def recall(self, threshold: float) -> float:
        return float((self.right >= threshold).mean())

    def taken_over(self, threshold: float) -> float:
        return float((self.others >= threshold).mean())

    def threshold(self, aim: float) -> float:
        """The score that the share `aim` of the other photos reaches."""
        return float(np.quantile(self.others, 1 - aim))


def read(recogniser: Recogniser, shared: Path, console: Console) -> Photos:
    classes = {label.id: number for number, label in enumerate(load_labels("imagenet").classes)}
    folders = [shared / "things", shared / "photos", shared / "validation"]
    files = list(find_photos(folders, on_error=lambda error: console.print(str(error))))
    if not files:
        raise typer.BadParameter(f"There are no photos in {shared}.")
    things: dict[str, list[Seen]] = defaultdict(list)
    others: list[tuple[Seen, int | None]] = []
    for file in track(files, f"Photos through {recogniser.name}", console=console):
        seen = asyncio.run(recogniser.see(views(file, recogniser)))
        if shared / "things" in file.parents:
            things[file.parent.name].append(seen)
        else:
            wnid = re.match(r"n\d{8}", file.name)
            others.append((seen, classes.get(wnid.group()) if wnid else None))
    return Photos(things, others)


def views(file: Path, recogniser: Recogniser) -> NDArray[np.uint8]:
    with Image.open(file) as picture:
        return fitted(ImageOps.exif_transpose(picture).convert("RGB"), recogniser.input_size, recogniser.fit)


def halves(photos: Photos) -> tuple[Photos, Photos]:
    return tuple(Photos(photos.things, photos.others[half::2]) for half in (0, 1))  # type: ignore[return-value]


def draw(space: Space, photos: Photos, names: int, random: np.random.Generator) -> Outcome:
    """Teaches once, and scores every photo that was not taught."""
    taught: dict[str, list[Seen]] = {}
    asked: list[tuple[str, Seen]] = []
    for thing in random.permutation(sorted(photos.things))[:TAUGHT]:
        found = photos.things[str(thing)]
        order = random.permutation(len(found))
        taught[str(thing)] = [found[index] for index in order[:PHOTOS]]
        asked.extend((str(thing), found[index]) for index in order[PHOTOS:])
    used: set[int] = set()
    for group in groups(photos.others, names - len(taught), random):
        used.update(group)
        taught[f"group {len(taught)}"] = [photos.others[index][0] for index in group]
    prototypes = Prototypes.of(
        space, {name: [space.example(seen) for seen in shown] for name, shown in taught.items()}
    )

    def best(seen: Seen) -> tuple[str, float]:
        scores = space.scores(seen, prototypes)
        name = max(scores, key=lambda one: scores[one])
        return name, scores[name]

    right = [score if name == thing else -np.inf for thing, (name, score) in ((t, best(s)) for t, s in asked)]
    rest = [best(seen)[1] for index, (seen, _) in enumerate(photos.others) if index not in used]
    return Outcome(np.array(right), np.array(rest))


def groups(
    others: Sequence[tuple[Seen, int | None]], count: int, random: np.random.Generator
) -> list[list[int]]:
    """Up to `count` groups of three of `others` of one rough kind, without a photo in two of them."""
    members = load_kinds("imagenet").members
    narrow = np.flatnonzero(members.sum(axis=1) <= _LARGEST_KIND)
    free = {index: number for index, (_, number) in enumerate(others) if number is not None}
    found: list[list[int]] = []
    for kind in random.permutation(narrow):
        of_kind = random.permutation([index for index, number in free.items() if members[kind, number]])
        while len(of_kind) >= PHOTOS and len(found) < count:
            group, of_kind = [int(index) for index in of_kind[:PHOTOS]], of_kind[PHOTOS:]
            found.append(group)
            for index in group:
                del free[index]
    return found


def outcomes(space: Space, photos: Photos, seed: int) -> dict[int, Outcome]:
    found = {}
    for names in NAMES:
        random = np.random.default_rng(seed)
        drawn = [draw(space, photos, names, random) for _ in range(DRAWS)]
        found[names] = Outcome(
            np.concatenate([one.right for one in drawn]), np.concatenate([one.others for one in drawn])
        )
    return found


def chosen(outcome: Mapping[int, Outcome], like: Constants) -> Constants:
    few, many = (outcome[names].threshold(aim) for names, aim in _AIM.items())
    growth = max(0.0, (many - few) / np.log(25 / 5))
    return replace(like, threshold=round(few, 3), growth=round(float(growth), 3))


def report(title: str, constants: Constants, outcome: Mapping[int, Outcome]) -> Table:
    table = Table("names", "threshold", "right", "taken over", title=title)
    for names, found in outcome.items():
        at = constants.threshold_for(names)
        table.add_row(str(names), f"{at:.3f}", f"{found.recall(at):.1%}", f"{found.taken_over(at):.2%}")
    return table


def work_ms(space: Space, photos: Photos) -> float:
    """Milliseconds that 50 names of ten photos add to a recognition, the median of 100."""
    seen = [one for one, _ in photos.others]
    random = np.random.default_rng(0)
    things = {
        str(name): [space.example(seen[index]) for index in random.integers(0, len(seen), 10)]
        for name in range(50)
    }
    prototypes = Prototypes.of(space, things)
    took = []
    for one in seen[:100]:
        begun = time.perf_counter()
        space.shares(one, prototypes)
        took.append(1000 * (time.perf_counter() - begun))
    return float(np.median(took))


def measure(
    model: Annotated[list[str], typer.Option(help="Model of the catalogue, with its real weights.")],
    shared: Annotated[Path, typer.Option(help="Folder of photos.")] = ROOT.parent / "shared",
    fit: Annotated[str, typer.Option(help="crop, squash or both.")] = "crop",
    profile: Annotated[float | None, typer.Option(help="Another weight of the profile.")] = None,
    classes: Annotated[int | None, typer.Option(help="Only so many columns of the head, drawn.")] = None,
    floor: Annotated[float | None, typer.Option(help="Another floor of the nearest column.")] = None,
) -> None:
    """Print what the constants of a model give, and which ones this measurement would choose."""
    console = Console()
    for name in model:
        settings = Settings.model_validate({"model": name, "fit": fit, "teachers": "everybody"})
        recogniser = load_recogniser(settings, CpuBudget(usable_cores()))
        if recogniser.space is None or recogniser.runtime.vector is None:
            raise typer.BadParameter(f"{name} cannot be taught.")
        photos = read(recogniser, shared, console)
        constants = recogniser.space.constants
        constants = replace(
            constants,
            profile=constants.profile if profile is None else profile,
            floor=constants.floor if floor is None else floor,
        )
        vector = recogniser.runtime.vector
        if classes:
            drawn = np.random.default_rng(0).permutation(vector.head.shape[1])[:classes]
            vector = replace(vector, head=vector.head[:, drawn])
        space = Remembering(vector, constants, recogniser.fit)
        first, second = (outcomes(space, half, seed) for seed, half in enumerate(halves(photos)))
        picked = chosen(first, constants)
        console.print(report(f"{name}: its constants, on the second half", constants, second))
        console.print(f"The first half chooses threshold {picked.threshold}, growth {picked.growth}.")
        console.print(report(f"{name}: these, on the second half", picked, second))
        ms = work_ms(Space(vector, constants, recogniser.fit), photos)
        console.print(f"50 names of ten photos cost {ms:.2f} ms a recognition.")
        recogniser.close()


if __name__ == "__main__":
    typer.run(measure)
