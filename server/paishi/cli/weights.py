"""`python -m paishi weights`: the files in Keras's cache."""

import logging
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from paishi.cli.errors import complain, fail, network, read_settings, say
from paishi.models.catalogue import Backbone
from paishi.models.errors import WeightsCorrupt, WeightsUnavailable
from paishi.models.weights.integrity import check_file
from paishi.models.weights.keras_cache import CachedFile, cached_file, cached_files, has_published_hash
from paishi.settings import Settings

weights = typer.Typer(no_args_is_help=True, help="Fetch and check the published weights.")

Names = Annotated[list[str], typer.Argument(metavar="NAME...", help="Networks, as `models` names them.")]


@weights.command()
def fetch(names: Names) -> None:
    """Download weights into Keras's cache, from PAISHI_WEIGHTS_MIRRORS first."""
    settings = read_settings()
    backbones = [network(name) for name in names]
    logging.getLogger("paishi.models.weights").setLevel(logging.ERROR)  # failures are printed once
    if not all([_fetch(backbone, settings) for backbone in backbones]):
        raise typer.Exit(1)


def _fetch(backbone: Backbone, settings: Settings) -> bool:
    # Here and not above: only this command needs httpx.
    from paishi.models.weights.find import find_weights
    from paishi.models.weights.progress import download_progress

    received = 0
    with download_progress(backbone.name) as show:

        def on_progress(now: int, total: int | None) -> None:
            nonlocal received
            received = now
            show(now, total)

        try:
            file = find_weights(
                backbone, "imagenet", settings.keras_home, settings.weights_mirrors, on_progress
            )
        except WeightsUnavailable as error:
            failure = f"{backbone.name} was not fetched: {' '.join(error.reasons)}"
        else:
            done = f"fetched, {received / 1e6:.1f} MB" if received else "is here already"
            say(f"{backbone.name} {done}: {file}")
            return True
    complain(failure)
    return False


@weights.command("list")
def list_cached() -> None:
    """Show the weights in Keras's cache, and whether they are those that were published."""
    settings = read_settings()
    table = Table()
    table.add_column("network", no_wrap=True)
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
    Console().print(table if table.row_count else "no weights", highlight=False)


def _checked(cached: CachedFile) -> str:
    if cached.partial:
        return "incomplete; fetch goes on from here"
    if cached.backbone is None:
        return "not of the catalogue"
    right = has_published_hash(cached.backbone, cached.file)
    if right is None:
        return "no hash is published; see verify"
    algorithm = cached.backbone.weights.hash_algorithm
    return f"{algorithm} as published" if right else f"wrong {algorithm}: damaged, or other weights"


@weights.command()
def verify(names: Names) -> None:
    """Check cached weights: complete, and with the published hash; exit code 1 where they are not."""
    settings = read_settings()
    backbones = [network(name) for name in names]
    if not all([_verify(backbone, settings) for backbone in backbones]):
        raise typer.Exit(1)


def _verify(backbone: Backbone, settings: Settings) -> bool:
    file = cached_file(backbone, settings.keras_home)
    try:
        if not file.is_file():
            complain(f"{backbone.name} is not there: {file}")
            return False
        check_file(file, backbone.weights)
    except WeightsCorrupt as error:
        complain(f"{backbone.name} is wrong: {file}: {error}")
        return False
    except OSError as error:
        complain(f"{backbone.name} cannot be read: {file}: {error.strerror}.")
        return False
    algorithm = backbone.weights.hash_algorithm
    found = f"complete, {algorithm} as published" if algorithm else "complete; no hash is published"
    say(f"{backbone.name} is {found}: {file}")
    return True
