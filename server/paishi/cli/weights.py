"""`paishi weights`: the files in Keras's cache and in packages."""

import logging
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from paishi.cli.errors import backbone, complain, fail, read_settings, say
from paishi.cli.missing_weights import card
from paishi.models.catalogue import Backbone
from paishi.models.errors import WeightsCorrupt, WeightsUnavailable
from paishi.models.weights.integrity import check_file, held
from paishi.models.weights.keras_cache import (
    CachedFile,
    cached_file,
    cached_files,
    has_right_hash,
    right_hash,
)
from paishi.models.weights.sources import NOT_USED, PLACES
from paishi.settings import Settings

weights = typer.Typer(no_args_is_help=True, help="Download and check the published weights.")

Names = Annotated[list[str], typer.Argument(metavar="NAME...", help="Models, as listed by `paishi models`.")]


@weights.command()
def fetch(names: Names) -> None:
    """Download weights into Keras's cache, from PAISHI_WEIGHTS_SOURCES."""
    settings = read_settings()
    models = [backbone(name) for name in names]
    logging.getLogger("paishi.models.weights").setLevel(logging.ERROR)  # failures are printed once
    if not all([_fetch(model, settings) for model in models]):
        raise typer.Exit(1)


def _fetch(model: Backbone, settings: Settings) -> bool:
    # Imported here: only this command needs httpx.
    from paishi.models.weights.find import find_weights
    from paishi.models.weights.progress import download_progress

    received = 0
    with download_progress(model.name) as show:

        def on_progress(now: int, total: int | None) -> None:
            nonlocal received
            received = now
            show(now, total)

        try:
            file = find_weights(
                model,
                "imagenet",
                settings.keras_home,
                settings.weights_mirrors,
                on_progress,
                places=settings.weights_sources,
            )
        except WeightsUnavailable as error:
            failure = card(model.name, str(error), error.missing) if error.missing else str(error)
        else:
            done = f"downloaded, {received / 1e6:.1f} MB" if received else "already cached"
            say(f"{model.name} {done}: {file}")
            if received and not model.weights.hash:
                say(
                    f"Its hash is not published: sha256 {held(model.weights, file).hash} is written down and "
                    "expected from now on."
                )
            return True
    complain(failure)
    return False


@weights.command("list")
def list_cached() -> None:
    """Show the weights in Keras's cache and in packages, and whether they match the published ones."""
    settings = read_settings()
    table = Table()
    table.add_column("model", no_wrap=True)
    table.add_column("file", overflow="fold")
    table.add_column("MB", justify="right")
    table.add_column("checked")
    try:
        for cached in cached_files(settings.keras_home):
            table.add_row(
                cached.backbone.name if cached.backbone else "–",
                cached.file.name,
                f"{cached.bytes / 1e6:.1f}",
                _checked(cached),
            )
    except OSError as error:
        fail(f"{settings.keras_home / 'models'} cannot be read: {error.strerror}.", 1)
    say(str(settings.keras_home / "models"))
    Console().print(table, highlight=False)


def _checked(cached: CachedFile) -> str:
    if cached.partial:
        return "incomplete; fetch resumes it"
    if cached.backbone is None:
        return "not of the catalogue"
    is_right, hash = has_right_hash(cached.backbone, cached.file), right_hash(cached.backbone, cached.file)
    if is_right is None:
        return "no hash is published; see verify"
    return hash if is_right else f"wrong: not {hash}; damaged, or other weights"


@weights.command()
def verify(names: Names) -> None:
    """Check that cached weights are complete and have the published hash; exit code 1 if not."""
    settings = read_settings()
    models = [backbone(name) for name in names]
    if not all([_verify(model, settings) for model in models]):
        raise typer.Exit(1)


def _verify(model: Backbone, settings: Settings) -> bool:
    file = cached_file(model, settings.keras_home)
    try:
        if not file.is_file():
            complain(f"{model.name} is not cached: {file}")
            return False
        check_file(file, held(model.weights, file))
        hash = right_hash(model, file)
    except WeightsCorrupt as error:
        complain(f"{model.name} is damaged: {file}: {error}")
        return False
    except OSError as error:
        complain(f"{model.name} cannot be read: {file}: {error.strerror}.")
        return False
    found = f"complete, {hash}" if hash else "complete; no hash is published"
    say(f"{model.name} is {found}: {file}")
    return True


@weights.command()
def sources() -> None:
    """Show the places that weights are fetched from, and those that are not used, with the reason."""
    chosen = read_settings().weights_sources
    table = Table(show_lines=True)
    for heading in ("place", "fetched from", "address", "models", "hash", "looked at"):
        table.add_column(heading, overflow="fold")
    for place in PLACES:
        order = (
            f"yes, {chosen.index(place.name) + 1}." if place.name in chosen else "no: PAISHI_WEIGHTS_SOURCES"
        )
        looked_at = place.looked_at or "never by the authors"
        table.add_row(place.name, order, Text(place.layout), place.models, place.hash, looked_at)
    Console().print(table, highlight=False)
    for other in NOT_USED:
        say(f"Not used: {other.where}: {other.reason}.")
