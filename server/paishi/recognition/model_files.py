"""State of the files that a configured model is made of."""

from collections.abc import Hashable, Iterable
from contextlib import suppress
from pathlib import Path

from paishi.models.custom.folder import folder_of, names_folder
from paishi.models.errors import ModelError
from paishi.models.weights.find import weights_location
from paishi.photo.photo_files import find_photos
from paishi.recognition.resolve import resolve
from paishi.settings import Settings


def state_of_files(settings: Settings) -> Hashable:
    """Returns inode, size and times of the model's files, and of the calibration's photos.

    A lasting refusal of the model can end only if this changes. Reads no file of the model; missing ones
    count as such.
    """
    return tuple((str(file), _state(file)) for file in sorted({*_model(settings), *_photos(settings)}))


def _model(settings: Settings) -> Iterable[Path]:
    if names_folder(settings.model):
        folder = folder_of(settings.model)
        with suppress(OSError):
            yield from folder.iterdir()
        return
    with suppress(ModelError):  # the settings are wrong, which no file mends
        _, spec, _, _ = resolve(settings)
        yield weights_location(spec.backbone, spec.source, spec.keras_home)


def _photos(settings: Settings) -> Iterable[Path]:
    if settings.precision != "fp32" and settings.calibration_folder:
        yield from find_photos([settings.calibration_folder], on_error=lambda error: None)


def _state(file: Path) -> tuple[int, ...] | None:
    try:
        state = file.stat()
    except OSError:
        return None
    # The change of the inode as well, which shows that a file has become readable.
    return state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns
