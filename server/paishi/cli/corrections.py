"""`paishi corrections`: the photos in PAISHI_CORRECTIONS."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from paishi.cli.errors import fail, read_settings, say
from paishi.settings import Misconfigured
from paishi.system.atomic_write import write_whole

if TYPE_CHECKING:
    from paishi.store.folder import Folder

corrections = typer.Typer(no_args_is_help=True, help="Photos that users sent with the right name.")

# fsspec is imported inside the functions: the other commands do without it.


@contextmanager
def _opened() -> Iterator["Folder"]:
    """The folder; an error in the block ends the program with a sentence."""
    settings = read_settings()
    if not settings.corrections:
        fail("This server collects no corrections: PAISHI_CORRECTIONS is empty.")
    from paishi.store.folder import Folder

    try:
        folder = Folder(settings.corrections)
        if not folder.exists():
            fail(
                f"PAISHI_CORRECTIONS: there is no folder {folder.address}. "
                "A server creates it with the first correction.",
                1,
            )
        yield folder
    except Misconfigured as error:
        fail(f"PAISHI_CORRECTIONS: {error}")
    except OSError as error:
        fail(f"{error.filename or settings.corrections}: {error.strerror or error}.", 1)


@corrections.command("list")
def list_labels() -> None:
    """Show the number of photos for each name."""
    from paishi.recognition.labels import load_labels
    from paishi.store.corrections import count_by_label

    names = {label.id: (label.en, label.zh) for label in load_labels("imagenet").classes}
    table = Table("label", "English", "中文", "photos")
    with _opened() as folder:
        for label, count in count_by_label(folder).most_common():
            table.add_row(label, *names.get(label, ("", "")), str(count))
    Console().print(table if table.row_count else "no corrections", highlight=False)


@corrections.command()
def export(
    target: Annotated[
        Path, typer.Argument(help="Folder to create one folder per name in, as Keras and PyTorch read them.")
    ],
) -> None:
    """Copy the photos that TARGET does not have yet."""
    from paishi.store.corrections import picture_names

    count = 0
    with _opened() as folder:
        for name in picture_names(folder):
            file = target / name
            if not file.exists() and (picture := folder.read(name)) is not None:
                file.parent.mkdir(parents=True, exist_ok=True)
                write_whole(file, picture)
                count += 1
    say(f"{count} photos copied to {target}")


@corrections.command()
def clear(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete all of them from the server."""
    from paishi.store.corrections import picture_names

    with _opened() as folder:
        if not yes:
            typer.confirm(f"Delete every photo in {folder.address}?", abort=True)
        names = list(picture_names(folder))
        for name in names:
            folder.drop(name)
    say(f"{len(names)} photos deleted")
