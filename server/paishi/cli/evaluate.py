"""`paishi evaluate`: figures of a model on a folder of photos."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from paishi.cli.errors import check_model, complain, fail, read_settings, say
from paishi.settings import Settings
from paishi.training.errors import TrainingRefused, need_packages

if TYPE_CHECKING:
    from paishi.training.evaluation import Interval
    from paishi.training.measure import Measured

_MOST_ROWS = 40


def evaluate(
    model: Annotated[str, typer.Argument(help="A model as in PAISHI_MODEL: a name, or a folder.")],
    photos: Annotated[
        Path, typer.Argument(help="A folder with one folder of photos a class; if divided, `val` counts.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    report: Annotated[Path | None, typer.Option(help="HTML file to write, with the photos.")] = None,
    at_least: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Exit with code 1 if fewer photos are named right.")
    ] = 0.0,
) -> None:
    """Measure how well a model names photos, as a server would."""
    settings = read_settings(model=model)
    check_model(settings)
    try:
        need_packages("paishi evaluate")
        measured = _measure(settings, photos, report)
    except TrainingRefused as error:
        fail(str(error), error.code)
    except OSError as error:
        fail(f"{error.filename or report}: {error.strerror or error}.", 1)
    accuracy = measured.evaluation.accuracy
    for one in measured.unreadable:
        complain(f"{one.file}: {one.reason}")
    if as_json:
        typer.echo(json.dumps(_figures(settings.model, measured), ensure_ascii=False))
    else:
        _print(measured)
        if report:
            say(f"With the photos: {report}")
    if accuracy.share < at_least:
        fail(f"{100 * accuracy.share:.1f} % is less than --at-least {100 * at_least:g} %.", 1)


def _measure(settings: Settings, photos: Path, page: Path | None) -> "Measured":
    # Imported here, so that the other commands start without NumPy and the runtimes.
    from paishi.cli.load import loaded
    from paishi.system.cpu_budget import CpuBudget
    from paishi.system.cpu_count import usable_cores
    from paishi.training.measure import measure
    from paishi.training.photo_set import find_photo_set
    from paishi.training.pictures import picture_reader
    from paishi.training.report.build import Report, write_report

    find_photo_set(photos, fewest_classes=1)  # before a model is loaded, or even downloaded
    with loaded(settings, CpuBudget(usable_cores())) as recogniser:
        console = Console(stderr=True)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
            task = bar.add_task("photos", total=None)
            measured = measure(
                photos,
                recogniser,
                settings,
                lambda done, total: bar.update(task, completed=done, total=total),
            )
        if page:
            runtime = recogniser.runtime
            made = {"model": recogniser.name, "runtime": runtime.name, "precision": runtime.precision}
            reader = picture_reader(settings)
            write_report(
                Report(
                    recogniser.name,
                    photos,
                    measured.labels,
                    measured.evaluation,
                    measured.photos,
                    measured.unreadable,
                    {**made, "fit": recogniser.fit},
                    {},
                ),
                page,
                reader,
            )
            reader.decoder.workers.close()
    return measured


def _print(measured: "Measured") -> None:
    evaluation = measured.evaluation
    table = Table("class", "precision", "recall", "photos")
    rows = [one for one in evaluation.of_classes() if one.recall.of or one.precision.of]
    rows.sort(key=lambda one: one.recall.share)
    for one in rows[:_MOST_ROWS]:
        table.add_row(Text(one.name), _shown(one.precision), _shown(one.recall), str(one.recall.of))
    Console(emoji=False).print(table, highlight=False)
    if len(rows) > _MOST_ROWS:
        say(f"The {_MOST_ROWS} worst of {len(rows)} classes; --json has them all.")
    say(f"{_shown(evaluation.accuracy)} of {evaluation.accuracy.of} photos are named right.")


def _shown(one: "Interval") -> str:
    return f"{100 * one.share:.1f} % ({100 * one.low:.1f} to {100 * one.high:.1f})" if one.of else "–"


def _figures(model: str, measured: "Measured") -> dict[str, Any]:
    evaluation = measured.evaluation
    return {
        "model": model,
        "photos": evaluation.accuracy.of,
        "unreadable": len(measured.unreadable),
        "accuracy": evaluation.accuracy._asdict(),
        "calibration_error": evaluation.calibration_error,
        "confidence": evaluation.confidence()._asdict(),
        "classes": [
            {"name": one.name, "precision": one.precision._asdict(), "recall": one.recall._asdict()}
            for one in evaluation.of_classes()
            if one.recall.of or one.precision.of
        ],
        "wrong": [
            {
                "file": str(measured.photos[index].file),
                "class": evaluation.classes[evaluation.labels[index]],
                "named": evaluation.classes[evaluation.first[index]],
                "probability": float(evaluation.first_probability[index]),
            }
            for index in evaluation.worst()
        ],
    }
