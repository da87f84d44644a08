"""Names photos on this machine, the way the server does, and prints what it finds in the files' order."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from paishi.cli.errors import complain, fail
from paishi.cli.load import loaded
from paishi.cli.prediction_printer import Printer
from paishi.contract import Prediction
from paishi.photo.decode import Decoder
from paishi.photo.photo_files import find_photos
from paishi.photo.reader import PhotoReader
from paishi.problems.kinds import PhotoError
from paishi.recognition.recogniser import Recogniser
from paishi.settings import Settings
from paishi.system.cpu_budget import CpuBudget
from paishi.system.cpu_count import usable_cores

IN_FLIGHT = 16
"""Photos worked on at the same time: enough to decode on every core and to fill the runtime's batches."""


class Named(NamedTuple):
    """`predictions` is empty where the photo could not be read, and `failure` says why."""

    file: Path
    predictions: Sequence[Prediction]
    failure: str


def name_photos(settings: Settings, paths: Iterable[Path], top: int, as_json: bool) -> bool:
    """Prints the `top` names of every photo; returns whether all of them could be read."""
    unlisted: list[OSError] = []
    photos = list(find_photos(paths, unlisted.append))
    for error in unlisted:
        complain(f"{error.filename}: {error.strerror}.")
    if not photos:
        fail("There are no photos.", 1)
    cores = CpuBudget(usable_cores())
    decoder = Decoder(settings.decode_s, settings.decoders)
    reader = PhotoReader(decoder, settings.max_pixels, settings.decoders, cores)
    with loaded(settings, cores) as recogniser:
        unread = asyncio.run(_print_all(settings, reader, recogniser, photos, top, as_json))
    decoder.workers.end_idle()
    return not (unread or unlisted)


async def _print_all(
    settings: Settings,
    photo_reader: PhotoReader,
    recogniser: Recogniser,
    photos: Sequence[Path],
    top: int,
    as_json: bool,
) -> int:
    """How many could not be read."""
    await recogniser.self_test()
    reader = _Reader(settings.max_body_bytes, photo_reader, recogniser, top)
    unread = 0
    with Printer(recogniser.model, as_json, len(photos)) as printer:
        async for named in _in_order(reader, photos):
            unread += bool(named.failure)
            printer.show(named.file, named.predictions, named.failure)
    if unread:
        complain(f"{unread} of {len(photos)} could not be read.")
    return unread


async def _in_order(reader: "_Reader", photos: Iterable[Path]) -> AsyncIterator[Named]:
    ahead: deque[asyncio.Task[Named]] = deque()
    for photo in photos:
        ahead.append(asyncio.create_task(reader.name(photo)))
        if len(ahead) == IN_FLIGHT:
            yield await ahead.popleft()
    while ahead:
        yield await ahead.popleft()


class _Reader:
    def __init__(self, most: int, photos: PhotoReader, recogniser: Recogniser, top: int) -> None:
        self._most = most
        self._photos = photos
        self._recogniser = recogniser
        self._top = top

    async def name(self, file: Path) -> Named:
        recogniser = self._recogniser
        try:
            data = await asyncio.to_thread(self._read, file)
            views = await self._photos.views(data, recogniser.input_size, recogniser.fit)
        except OSError as error:
            return Named(file, [], f"{error.strerror or error}.")
        except PhotoError as error:
            return Named(file, [], error.detail)
        return Named(file, await recogniser.recognise(views, self._top), "")

    def _read(self, file: Path) -> bytes:
        with file.open("rb") as stream:
            data = stream.read(self._most + 1)
        if len(data) > self._most:
            raise OSError(f"It has more than PAISHI_MAX_BODY_MB={self._most / 1e6:g}")
        return data
