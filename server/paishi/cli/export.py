"""`paishi export`: a model in the formats of other runtimes."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from paishi.cli.errors import backbone, fail, read_settings, say
from paishi.cli.missing_weights import card
from paishi.export.errors import ExportRefused
from paishi.export.formats import find_formats
from paishi.models.custom.folder import names_folder
from paishi.models.errors import ModelError, WeightsUnavailable
from paishi.recognition.on_device import on_device_folder
from paishi.recognition.resolve import ResolvedModel, resolve
from paishi.settings import Settings

if TYPE_CHECKING:
    from paishi.export.run import Exported, Options, Row


def export(
    model: Annotated[str, typer.Argument(help="A model as in PAISHI_MODEL: a name, or a folder.")],
    out: Annotated[
        Path | None, typer.Argument(metavar="OUT", help="New folder, such as exports/pets.")
    ] = None,
    to: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FORMAT",
            help="saved-model, onnx, onnx-wechat, litert, openvino, coreml, tfjs or keras; can be repeated.",
        ),
    ] = None,
    photos: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Photos to compare on; default: those of PAISHI_CALIBRATION."),
    ] = None,
    int8: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="For litert: int8 as well, calibrated on half of these photos."),
    ] = None,
    on_device: Annotated[
        bool,
        typer.Option(
            "--on-device", help="Instead of OUT: what a server with PAISHI_ON_DEVICE gives to phones."
        ),
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace an earlier export in OUT.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Export a model for other runtimes; each file is loaded by its own and compared with the original.

    Files take RGB pixels of 0..255: the preprocessing is inside. This loads the model; a `.keras` file can
    run code of its author: export only models that you trust.
    """
    settings = read_settings()
    resolved = _resolved(model, settings)
    if on_device:
        if out is not None or to:
            fail("--on-device has a format and a folder of its own: leave out OUT and --to.")
        out, to, force = on_device_folder(settings.cache_folder, resolved.name), ["onnx-wechat"], True
    if out is None or not to:
        fail("Name a folder and a format, such as `paishi export EfficientNetLite0 exports --to onnx`.")
    with _failing(resolved.name, out):
        formats = find_formats(to)
        # Imported here, so that a mistake shows without NumPy.
        from paishi.export.run import Options

        exported = _export(Options(resolved, formats, out, photos, int8, force, on_device), settings)
    if as_json:
        typer.echo(json.dumps(_figures(resolved.name, exported), ensure_ascii=False, indent=1))
    else:
        _print(exported)
    if exported.is_off:
        fail("What is marked differs too much from the original: do not use it.", 1)


@contextmanager
def _failing(model: str, out: Path) -> Iterator[None]:
    """Exits with a sentence if the export fails in the block."""
    try:
        yield
    except ExportRefused as error:
        fail(str(error), error.code)
    except ModelError as error:
        missing = error.missing if isinstance(error, WeightsUnavailable) else None
        fail(card(model, str(error), missing) if missing else str(error), 1)
    except OSError as error:
        fail(f"{error.filename or out}: {error.strerror or error}.", 1)


def _export(options: "Options", settings: Settings) -> "Exported":
    from paishi.export.run import export as run

    with Console(stderr=True).status("Exporting …") as status:
        return run(options, settings, lambda sentence: status.update(Text(sentence)))


def _resolved(model: str, settings: Settings) -> ResolvedModel:
    """The model, in fp32; PAISHI_WEIGHTS belong to PAISHI_MODEL, others have the published ones."""
    is_folder = names_folder(model)
    if not is_folder:
        backbone(model)
    is_served = not is_folder and model.strip().lower() == settings.model.strip().lower()
    changes = {
        "model": model,
        "weights": settings.weights if is_served else "imagenet",
        "precision": "fp32",
        "runtime": "auto",
        "teachers": "nobody",
    }
    try:
        return resolve(settings.model_copy(update=changes))
    except ModelError as error:
        fail(str(error))


def _figures(model: str, exported: "Exported") -> dict[str, object]:
    return {
        "model": model,
        "folder": str(exported.folder),
        "compared_on": "drawn pictures" if exported.are_drawn else "photos",
        "files": [asdict(row) for row in exported.rows],
    }


def _print(exported: "Exported") -> None:
    table = Table(show_edge=False, pad_edge=False)
    for heading in ("format", "file"):
        table.add_column(heading, overflow="fold")
    for heading in ("MB", "ms", "difference", "same name"):
        table.add_column(heading, justify="right")
    for row in exported.rows:
        table.add_row(*map(Text, _cells(row)), style="red" if row.is_off else None)
    Console().print(table, highlight=False)
    for row in exported.rows:
        if row.note:
            say(f"{row.path}: {row.note}.")
    if exported.are_drawn:
        say("Compared on drawn pictures: --photos FOLDER compares on yours.")
    say(f"Labels, the form of input and output, and examples are beside them, in {exported.folder}.")


def _cells(row: "Row") -> list[str]:
    cells = [f"{'! ' if row.is_off else ''}{row.format}", row.path, f"{row.bytes / 1e6:.1f}"]
    if row.difference is None:
        return [*cells, "", "", "not run"]
    return [*cells, f"{row.ms:.1f}", f"{row.difference:.1g}", f"{row.same} of {row.photos}"]
