"""`python -m paishi corrections`: what people gave to PAISHI_CORRECTIONS."""

from collections.abc import Callable, Iterator
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

corrections = typer.Typer(
    no_args_is_help=True, help="Photos that people gave with the name that they know better."
)


@contextmanager
def _opened() -> Iterator["Folder"]:
    """The folder; whatever fails in the block ends the program with a sentence."""
    settings = read_settings()
    if not settings.corrections:
        fail("This server collects none: PAISHI_CORRECTIONS names no folder.")
    # Here and not above: the other commands need no fsspec.
    from paishi.store.folder import Folder

    try:
        yield Folder(settings.corrections)
    except Misconfigured as error:
        fail(f"PAISHI_CORRECTIONS: {error}")
    except OSError as error:
        fail(f"{error.filename or settings.corrections}: {error.strerror or error}.", 1)


@corrections.command("list")
def list_labels() -> None:
    """Show how many photos there are of each name."""
    from paishi.recognition.labels import load_labels
    from paishi.store.corrections import counted

    names = {label.id: (label.en, label.zh) for label in load_labels("imagenet").classes}
    table = Table("label", "English", "中文", "photos")
    with _opened() as folder:
        for label, count in counted(folder).most_common():
            table.add_row(label, *names.get(label, ("", "")), str(count))
    Console().print(table if table.row_count else "no corrections", highlight=False)


@corrections.command()
def export(
    target: Annotated[Path, typer.Argument(help="Gets one folder a name, as Keras and PyTorch read them.")],
) -> None:
    """Copy the photos that are not there yet."""
    from paishi.store.corrections import exported

    count = 0
    with _opened() as folder:
        for name, picture in exported(folder, _missing_in(target)):
            file = target / name
            file.parent.mkdir(parents=True, exist_ok=True)
            write_whole(file, picture)
            count += 1
    say(f"{count} photos copied to {target}")


def _missing_in(target: Path) -> Callable[[str], bool]:
    return lambda name: not (target / name).exists()


@corrections.command()
def clear(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete all of them on the server."""
    from paishi.store.corrections import cleared

    with _opened() as folder:
        if not yes:
            typer.confirm(f"Delete every photo in {folder.address}?", abort=True)
        count = cleared(folder)
    say(f"{count} photos deleted")
