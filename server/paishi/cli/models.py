import json
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from paishi.cli.errors import backbone, fail, read_settings, say
from paishi.models.catalogue import CATALOGUE, Backbone
from paishi.models.custom.folder import names_folder
from paishi.models.weights.keras_cache import cached_file
from paishi.recognition.benchmark import Measured, read_measured
from paishi.settings import Settings


def models(
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON array.")] = False,
    measure: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Measure the speed of this model first; downloads it if needed."),
    ] = None,
) -> None:
    """Show every model of the catalogue."""
    settings = read_settings()
    if measure is not None:
        _measure(settings, backbone(measure))
    measured = read_measured(settings.cache_folder)
    rows = [_row(model, settings, measured.get(model.name)) for model in CATALOGUE.values()]
    if as_json:
        print(json.dumps(rows, indent=1))
        return
    table = Table(caption=_conditions(measured), caption_justify="left", show_edge=False, pad_edge=False)
    table.add_column("name", no_wrap=True)
    for heading in ("input", "params", "top-1 %", "top-5 %", "MB", "ms"):
        table.add_column(heading, justify="right")
    table.add_column("cached")
    publisher = None
    for row, model in zip(rows, CATALOGUE.values(), strict=True):
        if model.publisher != publisher:
            publisher = model.publisher
            table.add_section()
            table.add_row(f"of {publisher.name}", style="bold")
        table.add_row(
            row["name"],
            str(row["input_size"]),
            f"{row['parameters'] / 1e6:.1f} M",
            _tenths(row["top1"]),
            _tenths(row["top5"]),
            f"{row['download_mb']:.0f}",
            _tenths(row["measured"]["ms"]) if row["measured"] else "",
            "yes" if row["cached"] else "",
        )
    Console().print(table, highlight=False)
    for line in _publishers():
        say(line)


def _measure(settings: Settings, model: Backbone) -> None:
    # Imported here: the table needs neither NumPy nor a runtime.
    import asyncio

    from paishi.cli.load import loaded
    from paishi.recognition.benchmark import keep_measured, measure
    from paishi.recognition.recogniser import Recogniser
    from paishi.system.cpu_budget import CpuBudget
    from paishi.system.cpu_count import usable_cores

    async def test_and_measure(recogniser: Recogniser) -> Measured:
        await recogniser.self_test()
        return await measure(recogniser)

    # PAISHI_WEIGHTS are those of PAISHI_MODEL; other models are measured with the published ones.
    is_served = not names_folder(settings.model) and backbone(settings.model) == model
    weights = settings.weights if is_served else "imagenet"
    settings = settings.model_copy(update={"model": model.name, "weights": weights})
    with loaded(settings, CpuBudget(usable_cores())) as recogniser:
        measured = asyncio.run(test_and_measure(recogniser))
    try:
        keep_measured(settings.cache_folder, {model.name: measured})
    except OSError as error:
        fail(f"{settings.cache_folder} cannot be written: {error.strerror or error}.", 1)


def _row(model: Backbone, settings: Settings, measured: Measured | None) -> dict[str, Any]:
    """Returns the fields of `GET /models`, except those of a running server."""
    return {
        "name": model.name,
        "input_size": model.input_size,
        "parameters": model.parameters,
        "top1": model.top1,
        "top5": model.top5,
        "download_mb": model.download_mb,
        "cached": cached_file(model, settings.keras_home).is_file(),
        "accuracy_source": model.publisher.accuracies,
        **({"note": model.publisher.note} if model.publisher.note else {}),
        "measured": measured.model_dump(mode="json") if measured else None,
    }


def _publishers() -> list[str]:
    """Returns where the accuracies are from, and what else is to know about a publisher's models."""
    publishers = dict.fromkeys(model.publisher for model in CATALOGUE.values())
    return [
        f"Accuracies of {one.name}: {one.accuracies}{f' ({one.note})' if one.note else ''}"
        for one in publishers
    ]


def _conditions(measured: dict[str, Measured]) -> str | None:
    """Returns how the figures were measured, without which they mean nothing."""
    lines = [
        f"{name}: {one.ms:g} ms per photo, median of {one.runs}, {one.runtime} {one.precision}, "
        f"{one.cores} cores, {one.at.astimezone():%Y-%m-%d %H:%M}"
        for name, one in measured.items()
    ]
    return "\n".join(lines) or None


def _tenths(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"
