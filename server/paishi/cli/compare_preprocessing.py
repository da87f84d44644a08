"""Names of photos under each preprocessing of a custom model: a person sees which of them is right."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table
from rich.text import Text

from paishi.cli.batch_predict import NamedPhoto, PhotoNamer, photo_files, photo_reader
from paishi.cli.errors import complain, fail, say
from paishi.cli.load import loaded
from paishi.cli.prediction_printer import printable
from paishi.models.custom.card import Card
from paishi.models.custom.folder import RGB, CustomModel
from paishi.models.errors import ModelError
from paishi.recognition.labels import Labels
from paishi.recognition.recogniser import Recogniser
from paishi.runtimes.conversion.cache import MODEL_XML
from paishi.runtimes.conversion.convert import convert_custom
from paishi.settings import Settings
from paishi.system.cpu_budget import CpuBudget
from paishi.system.cpu_count import usable_cores

_TOP = 5
_SCALES: Mapping[str, Mapping[str, str]] = {
    "0..255": {},
    "0..1": {"scale": "0..1"},
    "-1..1": {"scale": "-1..1"},
}
_OF_RGB: Mapping[str, Mapping[str, str]] = {
    "caffe": {"preprocessing": "caffe"},
    "torch": {"preprocessing": "torch"},
}


def self_test(settings: Settings) -> None:
    """Loads the model of `settings` and says that it can be served; exits if it cannot."""
    with loaded(settings, CpuBudget(usable_cores())) as recogniser:
        asyncio.run(recogniser.self_test())
        kind = "independent probabilities" if recogniser.independent else "probabilities that sum to 1"
        say(f"It can be served on {recogniser.runtime.name}, with {kind}.")


def compare(settings: Settings, custom: CustomModel, labels: Labels, photos: Sequence[Path]) -> bool:
    """Prints a table for each photo: a column for each preprocessing, the most probable names in it.

    Returns whether all photos could be read; exits if the model cannot be converted.
    """
    files, are_all = photo_files(photos)
    cards = _cards(custom)
    cores = CpuBudget(usable_cores())
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="paishi-", ignore_cleanup_errors=True)))
        with Console(stderr=True).status(f"Converting {custom.file.name} {len(cards)} times …"):
            recognisers = _recognisers(settings, custom, labels, cards, folder, cores)
        for recogniser in recognisers:
            stack.callback(recogniser.close)
        reader = stack.enter_context(photo_reader(settings, cores))
        namers = [PhotoNamer(settings.max_body_bytes, reader, one, _TOP) for one in recognisers]
        columns = asyncio.run(_named(namers, files))
    unread = [row[0] for row in zip(*columns, strict=True) if row[0].failure]
    for file, row in zip(files, zip(*columns, strict=True), strict=True):
        _print(file, dict(zip(cards, row, strict=True)))
    say('In card.json: {"scale": "0..1"} or {"scale": "-1..1"}, {"preprocessing": "caffe"} or "torch".')
    return are_all and not unread


def _cards(custom: CustomModel) -> Mapping[str, Card]:
    """Cards of the conventions by their headings, first the one that is served now."""
    others = custom.card.model_dump(exclude={"preprocessing", "scale", "channels", "mean", "std"})
    changes = {**_SCALES, **(_OF_RGB if custom.channels == RGB else {})}
    cards = {heading: Card.model_validate({**others, **change}) for heading, change in changes.items()}
    now = [heading for heading, card in cards.items() if card == custom.card]
    return {f"{now[0] if now else 'card.json'} (now)": custom.card} | {
        heading: card for heading, card in cards.items() if heading not in now
    }


def _recognisers(
    settings: Settings,
    custom: CustomModel,
    labels: Labels,
    cards: Mapping[str, Card],
    folder: Path,
    cores: CpuBudget,
) -> list[Recogniser]:
    try:
        convert_custom(custom.file, folder, list(cards.values()))
        from paishi.runtimes.openvino.runtime import OpenVINORuntime
    except (ModelError, ImportError, OSError) as error:
        fail(str(error), 1)
    runtimes = [OpenVINORuntime(folder / str(number) / MODEL_XML, cores) for number in range(len(cards))]
    return [
        Recogniser(
            custom.name,
            custom.input_size,
            settings.fit,
            one,
            labels,
            custom=custom,
            independent=one.independent,
        )
        for one in runtimes
    ]


async def _named(namers: Sequence[PhotoNamer], files: Sequence[Path]) -> list[list[NamedPhoto]]:
    columns = []
    for namer in namers:
        try:
            await namer.recogniser.self_test()
        except ModelError as error:
            fail(str(error), 1)
        columns.append([photo async for photo in namer.in_order(files)])
    return columns


def _print(file: Path, named: Mapping[str, NamedPhoto]) -> None:
    first = next(iter(named.values()))
    if first.failure:
        return complain(f"{printable(file)}: {first.failure}")
    table = Table(title=Text(printable(file)), title_justify="left")
    for heading in named:
        table.add_column(Text(heading), overflow="fold")
    for row in zip(*(photo.predictions for photo in named.values()), strict=True):
        table.add_row(*(Text(f"{100 * one.probability:.1f} % {one.name.en}") for one in row))
    Console().print(table, highlight=False)
