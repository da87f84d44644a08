"""Recognition of many photos on this machine, as the server does it; results come in the files' order."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from paishi.cli.errors import complain, fail
from paishi.cli.load import loaded
from paishi.cli.prediction_printer import Printer, printable
from paishi.contract import Prediction
from paishi.photo.decode import Decoder
from paishi.photo.photo_files import find_photos
from paishi.photo.reader import PhotoReader
from paishi.problems.kinds import PhotoError, ResourcesExhausted
from paishi.recognition.recogniser import Recogniser
from paishi.settings import Settings
from paishi.system.cpu_budget import CpuBudget
from paishi.system.cpu_count import usable_cores

IN_FLIGHT = 16
"""Photos in progress at the same time: enough to decode on every core and to fill the runtime's batches."""


class NamedPhoto(NamedTuple):
    """`predictions` is empty if the photo could not be read; `failure` is the reason."""

    file: Path
    predictions: Sequence[Prediction]
    failure: str


def name_photos(settings: Settings, paths: Iterable[Path], top: int, as_json: bool) -> bool:
    """Prints the `top` names of every photo; returns whether all could be read."""
    files, are_all = photo_files(paths)
    cores = CpuBudget(usable_cores())
    with photo_reader(settings, cores) as reader, loaded(settings, cores) as recogniser:
        unread = asyncio.run(
            _print_all(PhotoNamer(settings.max_body_bytes, reader, recogniser, top), files, as_json)
        )
    return are_all and not unread


def photo_files(paths: Iterable[Path]) -> tuple[list[Path], bool]:
    """Returns the photos in `paths`, and whether all folders could be read; exits if there are none."""
    unlisted: list[OSError] = []
    files = list(find_photos(paths, unlisted.append))
    for error in unlisted:
        complain(f"{error.filename}: {error.strerror}.")
    if not files:
        fail("There are no photos.", 1)
    if all(reasons := [_unreachable(file) for file in files]):
        fail("\n".join(reasons), 1)  # before a model is loaded, or even downloaded
    return files, not unlisted


@contextmanager
def photo_reader(settings: Settings, cores: CpuBudget) -> Iterator[PhotoReader]:
    decoder = Decoder(settings.decode_s, settings.decoders)
    yield PhotoReader(decoder, settings.max_pixels, settings.decoders, cores)
    decoder.workers.end_idle()


def _unreachable(file: Path) -> str:
    """Returns why `file` cannot be opened, "" if it probably can."""
    try:
        file.stat()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        return f"{printable(file)}: {reason}."
    return ""


async def _print_all(namer: "PhotoNamer", files: Sequence[Path], as_json: bool) -> int:
    """Returns how many could not be read."""
    await namer.recogniser.self_test()
    unread = 0
    printer = Printer(namer.recogniser.model, as_json, len(files))
    with printer.bar:
        async for photo in namer.in_order(files):
            unread += bool(photo.failure)
            printer.show(photo.file, photo.predictions, photo.failure)
    if unread:
        complain(f"{unread} of {len(files)} could not be read.")
    return unread


@dataclass(frozen=True, slots=True)
class PhotoNamer:
    """Names files of at most `max_bytes`."""

    max_bytes: int
    reader: PhotoReader
    recogniser: Recogniser
    top: int

    async def in_order(self, files: Iterable[Path]) -> AsyncIterator[NamedPhoto]:
        ahead: deque[asyncio.Task[NamedPhoto]] = deque()
        for file in files:
            ahead.append(asyncio.create_task(self._name(file)))
            if len(ahead) == IN_FLIGHT:
                yield await ahead.popleft()
        while ahead:
            yield await ahead.popleft()

    async def _name(self, file: Path) -> NamedPhoto:
        try:
            data = await asyncio.to_thread(read_photo, file, self.max_bytes)
            views = await self.reader.views(data, self.recogniser.input_size, self.recogniser.fit)
        except OSError as error:
            return NamedPhoto(file, [], f"{error.strerror or error}.")
        except (PhotoError, ResourcesExhausted) as error:
            return NamedPhoto(file, [], error.detail)
        return NamedPhoto(file, (await self.recogniser.recognise(views, self.top)).predictions, "")


def read_photo(file: Path, max_bytes: int) -> bytes:
    """Raises OSError, also for a file of more than `max_bytes`."""
    with file.open("rb") as stream:
        data = stream.read(max_bytes + 1)
    if len(data) > max_bytes:
        raise OSError(f"Larger than PAISHI_MAX_BODY_MB={max_bytes / 1e6:g}")
    return data
