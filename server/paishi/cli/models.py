import json
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from paishi.cli.errors import network, read_settings
from paishi.models.catalogue import CATALOGUE, Backbone
from paishi.models.custom.folder import names_folder
from paishi.models.weights.keras_cache import cached_file
from paishi.recognition.benchmark import Measured, read_measured
from paishi.settings import Settings


def models(
    as_json: Annotated[bool, typer.Option("--json", help="As a JSON array.")] = False,
    measure: Annotated[
        str | None, typer.Option(metavar="NAME", help="Measure this one first; fetches it if need be.")
    ] = None,
) -> None:
    """Show every network that can be served."""
    settings = read_settings()
    if measure is not None:
        _measure(settings, network(measure))
    measured = read_measured(settings.cache_folder)
    if as_json:
        rows = [_row(backbone, settings, measured.get(backbone.name)) for backbone in CATALOGUE.values()]
        print(json.dumps(rows, indent=1))
        return
    table = Table(caption=_conditions(measured), caption_justify="left")
    table.add_column("name", no_wrap=True)
    for heading in ("input", "parameters", "top-1 %", "top-5 %", "MB", "ms"):
        table.add_column(heading, justify="right")
    table.add_column("cached")
    for backbone in CATALOGUE.values():
        table.add_row(
            backbone.name,
            str(backbone.input_size),
            f"{backbone.parameters / 1e6:.1f} M",
            _tenths(backbone.top1),
            _tenths(backbone.top5),
            f"{backbone.download_mb:.0f}",
            _tenths(measured[backbone.name].ms) if backbone.name in measured else "",
            "yes" if cached_file(backbone, settings.keras_home).is_file() else "",
        )
    Console().print(table, highlight=False)


def _measure(settings: Settings, backbone: Backbone) -> None:
    # Here and not above: showing the table needs no NumPy and nothing that recognises.
    from paishi.cli.measure import measure_and_keep

    own = not names_folder(settings.model) and network(settings.model) == backbone
    measure_and_keep(
        settings.model_copy(
            update={"model": backbone.name, "weights": settings.weights if own else "imagenet"}
        )
    )


def _row(backbone: Backbone, settings: Settings, measured: Measured | None) -> dict[str, Any]:
    """The fields of `GET /models`, but for those that only a running server knows."""
    return {
        "name": backbone.name,
        "input_size": backbone.input_size,
        "parameters": backbone.parameters,
        "top1": backbone.top1,
        "top5": backbone.top5,
        "download_mb": backbone.download_mb,
        "cached": cached_file(backbone, settings.keras_home).is_file(),
        "measured": measured.model_dump(mode="json") if measured else None,
    }


def _conditions(measured: dict[str, Measured]) -> str | None:
    """A figure is worth nothing without them."""
    lines = [
        f"{name}: {one.ms:g} ms a photo alone, median of {one.runs}, {one.runtime} {one.precision}, "
        f"{one.cores} cores, {one.at.astimezone():%Y-%m-%d %H:%M}"
        for name, one in measured.items()
    ]
    return "\n".join(lines) or None


def _tenths(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"
