import json
import shlex
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.console import Console

from paishi.cli.errors import fail, say
from paishi.models.custom.card import Card, card_of
from paishi.models.custom.folder import CustomModel, find_custom, path_of, read_json, write_json
from paishi.models.custom.label_file import read_label_file
from paishi.models.custom.source import CARD, MODEL_SUFFIXES, Source, find_source, unpack
from paishi.models.errors import CustomModelRefused, ModelError
from paishi.models.keras import need_keras
from paishi.recognition.custom_labels import read_labels
from paishi.system.atomic_write import whole_folder

_IMPORTER = "paishi.models.custom.importer"


def import_model(
    source: Annotated[
        str,
        typer.Argument(
            metavar="FOLDER-OR-ZIP",
            help="A model of Keras 2 or 3, such as keras_model.h5, with labels.txt or class_indices.json.",
        ),
    ],
    to: Annotated[str, typer.Option(metavar="FOLDER", help="New folder, such as models/pets.")],
) -> None:
    """Make a custom model of what Teachable Machine, Keras 2 or Keras 3 have saved.

    A file of Keras 3 can run code of its author: import only models that you trust. A card.json beside the
    model is kept.
    """
    path, target = path_of(source), path_of(to)
    try:
        need_keras("The import of a model")
        if not path.exists():
            fail(f"{path}: there is no such file or folder. 没有这个文件或文件夹。")
        if target.exists() and not (target.is_dir() and not any(target.iterdir())):
            fail(f"{target} exists and is no empty folder: name a new one. 目标已存在，请换一个新文件夹。")
        with ExitStack() as stack:
            shown = path
            if path.is_file() and path.suffix.lower() not in MODEL_SUFFIXES:
                path = Path(stack.enter_context(TemporaryDirectory(prefix="paishi-")))
                unpack(shown, path)
            folder = stack.enter_context(whole_folder(target))
            with _shown_as({path: shown, folder: target}):
                _import(find_source(path), folder)
    except ModelError as error:
        fail(str(error))
    except OSError as error:
        fail(f"{error.filename or target} cannot be written: {error.strerror or error}.", 1)
    custom = find_custom(str(target))
    _say_result(custom)
    say(f"Serve it with: paishi serve --model {shlex.quote(str(target))}")


def _import(source: Source, folder: Path) -> None:
    write_json(folder / "labels.json", read_label_file(source.labels))
    given = read_json(source.card) if source.card else {}
    card = card_of(source.card or folder / CARD, given)
    with Console(stderr=True).status(f"Importing {source.model.name} …"):
        conversion, needed = _run(source.model, folder, card)
    content = {**(given if isinstance(given, dict) else {}), **conversion}
    if content:
        write_json(folder / CARD, content)
    count = len(read_labels(folder / "labels.json", "").classes)
    if count != needed:
        raise CustomModelRefused(
            f"{source.labels} has {count} labels, but {source.model.name} needs {needed}: one for each "
            "class, in the order of training."
        )


def _run(file: Path, folder: Path, card: Card) -> tuple[dict[str, object], int]:
    # Imported here, so that a mistake shows without NumPy.
    from paishi.runtimes.conversion.convert import run

    found = run(_IMPORTER, str(file), str(folder), card.conversion)
    return json.loads(found["card"]), found["labels"]


@contextmanager
def _shown_as(paths: dict[Path, Path]) -> Iterator[None]:
    """Lets errors name the paths that the operator has given instead of scratch folders."""
    try:
        yield
    except CustomModelRefused as error:
        message = str(error)
        for path, shown in paths.items():
            message = message.replace(str(path), str(shown))
        raise CustomModelRefused(message) from error


def _say_result(custom: CustomModel) -> None:
    assert custom.labels  # the import wrote them
    count = len(read_labels(custom.labels, custom.name).classes)
    say(f"{custom.name}: {custom.pixels}, {count} labels, in {custom.file.parent}.")
    if custom.assumption:
        say(custom.assumption)
