"""`paishi teach`: the things in PAISHI_TAUGHT."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from paishi.cli.errors import check_model, complain, fail, read_settings, say
from paishi.settings import Misconfigured, Settings
from paishi.system.atomic_write import write_whole

if TYPE_CHECKING:
    from paishi.photo.reader import PhotoReader
    from paishi.recognition.recogniser import Recogniser
    from paishi.teaching.book import Book
    from paishi.teaching.measure import LeftOut, Nearest
    from paishi.teaching.shelf import Shelf
    from paishi.teaching.space import Space

teach = typer.Typer(no_args_is_help=True, help="Things of one's own, recognised after a few photos.")

# What calculates is imported inside the functions: the other commands do without it.

_LABELS = "labels.json"
_GOAL = 0.005
"""Share of other photos that may be taken for a taught thing."""

_SHOWN = 5

Owner = Annotated[
    str, typer.Option(help="Whose things: the name of a folder in PAISHI_TAUGHT; default: the common ones.")
]
_COMMON = "common"


@dataclass(frozen=True, slots=True)
class _Teacher:
    """What teaching by the command line needs."""

    settings: Settings
    book: Book
    owner: str
    reader: PhotoReader
    recogniser: Recogniser
    space: Space

    async def learn_anew(self) -> None:
        """Learns the kept photos that this model has not seen yet."""
        from paishi.problems.kinds import NotFound, PhotoError
        from paishi.recognition.learning import example_of

        examples = {}
        for at in await self.book.unlearned(self.owner, self.space):
            try:
                examples[at] = await example_of(self.book, self.reader, self.recogniser, self.owner, *at)
            except (NotFound, PhotoError) as error:
                complain(f"{at[0]}, photo {at[1]}: {error.detail}", "yellow")
        if examples:
            await self.book.learn(self.owner, self.space, examples)

    async def add(self, name: str, file: Path, force: bool) -> int:
        """Teaches one photo and returns how many the thing has. Raises Problem and OSError."""
        from paishi.cli.batch_predict import read_photo
        from paishi.recognition.learning import read_taught

        data = read_photo(file, self.settings.max_body_bytes)
        views = await self.reader.views(data, self.recogniser.input_size, self.recogniser.fit)
        seen = await self.recogniser.see(views)
        keeps = self.settings.taught_keep == "photos"
        photo = await read_taught(self.reader, self.recogniser, data, seen, keeps)
        learned = await self.book.teach(self.owner, self.space, name, None, photo, force)
        return len(learned.view.thing.photos)


@contextmanager
def _book(owner: str) -> Iterator[Book]:
    """The book; an error in the block ends the program with a sentence."""
    from paishi.problems.kinds import Problem
    from paishi.teaching.files import is_owner
    from paishi.teaching.open import open_book

    if not is_owner(owner):
        fail(f"--owner: {owner!r} is no owner. `paishi teach list --all` shows them.")
    settings = _settings()
    try:
        book = open_book(settings)
        assert book
        yield book
    except Misconfigured as error:
        fail(f"PAISHI_TAUGHT: {error}")
    except Problem as problem:
        fail(problem.detail, 1)


def _settings() -> Settings:
    return read_settings(teachers="everybody")  # an operator may teach, whoever else may


@contextmanager
def _teacher(owner: str) -> Iterator[_Teacher]:
    """The book with a loaded model; an error in the block ends the program with a sentence."""
    settings = _settings()
    check_model(settings)
    with _book(owner) as book:
        from paishi.cli.batch_predict import photo_reader
        from paishi.cli.load import loaded
        from paishi.system.cpu_budget import CpuBudget
        from paishi.system.cpu_count import usable_cores

        cores = CpuBudget(usable_cores())
        with photo_reader(settings, cores) as reader, loaded(settings, cores) as recogniser:
            if recogniser.space is None:
                fail(f"{recogniser.name} cannot be taught: it gives no vectors to compare photos by.", 1)
            yield _Teacher(settings, book, owner, reader, recogniser, recogniser.space)


@teach.command("list")
def list_things(
    owner: Owner = _COMMON,
    every: Annotated[bool, typer.Option("--all", help="Show all owners, and how much each has.")] = False,
) -> None:
    """Show what is taught."""
    with _book(owner) as book:
        if every:
            table = Table("owner", "MB")
            for name, size in sorted(asyncio.run(book.owners()).items()):
                table.add_row(name, f"{size / 1e6:.1f}")
        else:
            table = Table("name", "photos", "id")
            for view in asyncio.run(book.things(owner, None)):
                table.add_row(view.thing.name, str(len(view.thing.photos)), view.key)
    Console().print(table if table.row_count else "nothing is taught", highlight=False, markup=False)


@teach.command()
def add(
    folder: Annotated[
        Path, typer.Argument(help="A folder of photos of one thing, or with one such folder a thing.")
    ],
    name: Annotated[str, typer.Option(help="What it is called; default: the folder's name.")] = "",
    force: Annotated[
        bool, typer.Option("--force", help="Go on with photos that look like another taught thing.")
    ] = False,
    owner: Owner = _COMMON,
) -> None:
    """Teach the things in FOLDER; photos that are taught already are left out."""
    _teach_folders(_folders(folder, name), force, owner)


@teach.command("import")
def import_things(
    folder: Annotated[Path, typer.Argument(help="What `paishi teach export` has written.")],
    owner: Owner = _COMMON,
) -> None:
    """Teach what was exported, under the same names."""
    _teach_folders(_folders(folder, ""), True, owner)


@teach.command()
def forget(
    names: Annotated[list[str] | None, typer.Argument(help="Names of things.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Everything of this owner, at once.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    owner: Owner = _COMMON,
) -> None:
    """Delete things: with --all for good, else as users do, for good after ten minutes."""
    if every == bool(names):
        fail("Name the things to delete, or give --all.")
    with _book(owner) as book:
        found = {view.thing.name: view.key for view in asyncio.run(book.things(owner, None))}
        if unknown := [name for name in names or () if name not in found]:
            fail(f"Nothing is called {unknown[0]}. `paishi teach list` shows what is taught.", 1)
        if not yes:
            typer.confirm(f"Delete {len(found) if every else len(names or ())} taught things?", abort=True)
        if every:
            asyncio.run(book.forget_all(owner))
        for name in names or ():
            asyncio.run(book.forget(owner, found[name]))
    say(f"{len(found) if every else len(names or ())} things deleted")


@teach.command()
def export(
    target: Annotated[Path, typer.Argument(help="Folder to create one folder per thing in.")],
    owner: Owner = _COMMON,
) -> None:
    """Copy the photos that TARGET does not have yet, as `paishi train` reads them.

    Folders have names that every system allows; the things' own are in labels.json.
    """
    with _book(owner) as book:
        try:
            count, largest, labels = asyncio.run(_export(book, owner, target))
            target.mkdir(parents=True, exist_ok=True)
            write_whole(target / _LABELS, json.dumps(labels, ensure_ascii=False, indent=1).encode())
        except OSError as error:
            fail(f"{error.filename or target}: {error.strerror or error}.", 1)
    say(f"{count} photos copied to {target}")
    _advise(largest, target)


@teach.command()
def check(
    photos: Annotated[list[Path], typer.Argument(help="Photos of other things, or folders of them.")],
    owner: Owner = _COMMON,
) -> None:
    """Measure how many of PHOTOS, which show nothing that is taught, would be taken for a taught thing."""
    from paishi.cli.batch_predict import photo_files

    files, _ = photo_files(photos)
    with _teacher(owner) as teacher:
        shelf = asyncio.run(_learned(teacher))
        if shelf.prototypes is None:
            fail("Nothing is taught yet. `paishi teach add FOLDER` teaches what is in a folder.", 1)
        from paishi.teaching.measure import leave_one_out

        others = asyncio.run(_compare(teacher, shelf, files))
        left_out = leave_one_out(teacher.space, shelf)
    if not others:
        fail("None of the photos could be read.", 1)
    _report(teacher.space, shelf, others, left_out)


def _folders(folder: Path, name: str) -> list[tuple[str, Path]]:
    """Returns the name and folder of each thing; exits if there is none."""
    from paishi.models.custom.folder import read_json
    from paishi.models.errors import CustomModelRefused

    if not folder.is_dir():
        fail(f"{folder} is no folder.")
    below = sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    if name and below:
        fail(f"--name is for the photos of one thing, but {folder} has folders.")
    try:
        labels = read_json(folder / _LABELS) if (folder / _LABELS).is_file() else {}
    except CustomModelRefused as error:
        fail(str(error))
    real = labels if isinstance(labels, dict) else {}
    return [(str(real.get(path.name, path.name)), path) for path in below] or [
        (name or folder.resolve().name, folder)
    ]


def _teach_folders(folders: list[tuple[str, Path]], force: bool, owner: str) -> None:
    from paishi.photo.photo_files import find_photos

    files = [
        (name, file)
        for name, folder in folders
        for file in find_photos([folder], lambda error: complain(f"{error.filename}: {error.strerror}."))
    ]
    if not files:
        fail("There are no photos.", 1)
    with _teacher(owner) as teacher:
        counts, refused = asyncio.run(_teach_all(teacher, files, force))
    for name, count in counts.items():
        say(f"{name}: {count} photos")
    if refused:
        complain(f"{refused} of {len(files)} photos were left out.", "yellow")
    _advise(max(counts.values(), default=0), None)
    if not counts:
        raise typer.Exit(1)


async def _teach_all(
    teacher: _Teacher, files: list[tuple[str, Path]], force: bool
) -> tuple[dict[str, int], int]:
    """Returns the number of photos of each thing that has got one, and how many were refused."""
    from paishi.problems.kinds import Problem, StoreUnavailable

    await teacher.recogniser.self_test()
    await teacher.learn_anew()
    counts: dict[str, int] = {}
    refused = 0
    for name, file in files:
        try:
            counts[name] = await teacher.add(name, file, force)
        except StoreUnavailable:
            raise
        except Problem as problem:
            complain(f"{file}: {problem.detail}", "yellow")
            refused += 1
        except OSError as error:
            complain(f"{file}: {error.strerror or error}.", "yellow")
            refused += 1
    return counts, refused


async def _export(book: Book, owner: str, target: Path) -> tuple[int, int, dict[str, str]]:
    """Returns the number of photos copied, how many the largest thing has, and its name for each folder."""
    from paishi.store.label import safe_label

    count, largest = 0, 0
    labels: dict[str, str] = {}
    for view in await book.things(owner, None):
        label = safe_label(view.thing.name) or view.key
        folder = label if label not in labels else f"{label} {view.key}"
        labels[folder] = view.thing.name
        largest = max(largest, len(view.thing.photos))
        for photo in view.thing.photos:
            file = target / folder / f"{view.key}-{photo.number}.jpg"
            if photo.kept and not file.exists():
                picture = await book.photo(owner, view.key, photo.number)
                file.parent.mkdir(parents=True, exist_ok=True)
                write_whole(file, picture)
                count += 1
    return count, largest, labels


async def _learned(teacher: _Teacher) -> Shelf:
    await teacher.recogniser.self_test()
    await teacher.learn_anew()
    return await teacher.book.shelf(teacher.owner, teacher.space)


async def _compare(teacher: _Teacher, shelf: Shelf, files: list[Path]) -> list[tuple[Path, Nearest]]:
    from paishi.cli.batch_predict import read_photo
    from paishi.problems.kinds import Problem
    from paishi.teaching.measure import nearest

    assert shelf.prototypes
    found = []
    for file in files:
        try:
            data = read_photo(file, teacher.settings.max_body_bytes)
            views = await teacher.reader.views(data, teacher.recogniser.input_size, teacher.recogniser.fit)
        except (OSError, Problem) as error:
            complain(f"{file}: {error}", "yellow")
            continue
        seen = await teacher.recogniser.see(views)
        found.append((file, nearest(teacher.space, seen, shelf.prototypes)))
    return found


def _report(space: Space, shelf: Shelf, others: list[tuple[Path, Nearest]], left_out: list[LeftOut]) -> None:
    from paishi.teaching.measure import holding_threshold
    from paishi.teaching.things import key_of

    things = len(shelf.ready)
    taken = sorted((item for item in others if item[1].taken), key=lambda item: -item[1].score)
    share = 100 * len(taken) / len(others)
    say(f"{len(taken)} of {len(others)} photos ({share:.2f} %) would be taken for one of {things} things.")
    for file, near in taken[:_SHOWN]:
        say(f"  {file}: {shelf.things[key_of(near.id)].name}, score {near.score:.3f}")
    threshold = holding_threshold([near.score for _, near in others], _GOAL)
    holds = "holds" if len(taken) <= _GOAL * len(others) else "does not hold"
    say(
        f"The threshold of {space.threshold(things):.3f} {holds} {100 * _GOAL:g} %; the least that would is "
        f"{threshold:.3f}."
    )
    if left_out:
        right = [one for one in left_out if one.nearest.id == one.id]
        now = sum(one.nearest.taken for one in right)
        then = sum(one.nearest.score >= threshold for one in right)
        say(
            f"Of {len(left_out)} taught photos, compared with all others, {now} are named right, and {then} "
            "at that threshold. Photos of one series are too like each other for this to hold for new ones."
        )


def _advise(photos: int, exported: Path | None) -> None:
    from paishi.teaching.things import TRAIN_FROM

    if photos >= TRAIN_FROM:
        first = "" if exported else "`paishi teach export FOLDER`, then "
        say(
            f"With {photos} photos of a thing, a trained model recognises it better: "
            f"{first}`paishi train {exported or 'FOLDER'} --to MODEL`."
        )
