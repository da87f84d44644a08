"""Photos for the comparison and, apart from them, for the calibration of int8."""

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from paishi.export.errors import ExportRefused
from paishi.models.backbone import Size, height_width
from paishi.photo.decode import Decoder
from paishi.photo.fit import fit, short_side_for
from paishi.photo.photo_files import find_photos
from paishi.problems.kinds import PhotoError, ResourcesExhausted
from paishi.runtimes.conversion.calibration import LEAST
from paishi.settings import Settings

Views = NDArray[np.uint8]

_MOST_CALIBRATED = 300
_MOST_COMPARED = 200
_DRAWN = 20


class Pictures(NamedTuple):
    """Views (n, height, width, 3) uint8 RGB. `calibration` is None without int8; if `are_drawn`, no photos
    were named and the views to `compare` are drawn ones."""

    compare: Views
    calibration: Views | None
    are_drawn: bool


def read_pictures(photos: Path | None, int8: Path | None, size: Size, settings: Settings) -> Pictures:
    """Reads the photos below `photos` to compare on, by default PAISHI_CALIBRATION, and those below `int8`.

    The latter calibrate; half of them serve for the comparison instead if there are no `photos`. Raises
    ExportRefused if there are too few.
    """
    option = "--photos" if photos else "PAISHI_CALIBRATION"
    photos = photos or (None if int8 else settings.calibration_folder)
    calibrated: list[Path] = []
    others: list[Path] = []
    if int8 is not None:
        found = _shuffled(int8, "--int8")
        half = len(found) if photos else len(found) // 2
        calibrated, others = found[: min(half, _MOST_CALIBRATED)], found[half:]
    if photos is not None:
        known = {file.resolve() for file in calibrated}
        others = [file for file in _shuffled(photos, option) if file.resolve() not in known]
    decoder = Decoder(settings.decode_s, settings.decoders)
    try:
        calibration = _views(calibrated, size, decoder, settings) if int8 is not None else None
        compare = _views(others[:_MOST_COMPARED], size, decoder, settings)
    finally:
        decoder.workers.close()
    if calibration is not None:
        readable = len(calibration) + (len(compare) if photos is None else 0)
        if readable < 2 * LEAST:
            raise ExportRefused(
                f"--int8 {int8} has {readable} photos that can be read; at least {2 * LEAST} are "
                "needed: without --photos half of them calibrate, and the others show what int8 changes.",
                2,
            )
        if len(compare) < LEAST:
            raise ExportRefused(
                f"{option} {photos} has {len(compare)} photos that can be read and are not calibrated on; at "
                f"least {LEAST} are needed to show what int8 changes. Without --photos, those of --int8 do.",
                2,
            )
    if len(compare):
        return Pictures(compare, calibration, are_drawn=False)
    if photos is not None:
        raise ExportRefused(f"{option} {photos} has no photo that can be read and is not calibrated on.", 2)
    return Pictures(_drawn(size), calibration, are_drawn=True)


def _shuffled(folder: Path, option: str) -> list[Path]:
    """The photos below `folder` in a repeatable random order: neighbours by name show one class or burst."""
    if not folder.exists():
        raise ExportRefused(f"{option} {folder}: there is no such folder. 没有这个文件夹。", 2)

    def refuse(error: OSError) -> None:
        raise ExportRefused(f"{error.filename} cannot be read: {error.strerror}.", 2) from error

    photos = list(find_photos([folder], refuse))
    return sorted(
        photos, key=lambda photo: hashlib.sha256(photo.name.encode(errors="surrogateescape")).digest()
    )


def _views(files: Iterable[Path], size: Size, decoder: Decoder, settings: Settings) -> Views:
    short_side = short_side_for(size, "crop")
    views: list[Views] = []
    for file in files:
        try:
            picture = decoder.decode(file.read_bytes(), max_pixels=settings.max_pixels, short_side=short_side)
        except (PhotoError, ResourcesExhausted, OSError):
            continue
        views.append(fit(picture, size, "crop"))
    return np.concatenate(views) if views else np.empty((0, *height_width(size), 3), np.uint8)


def _drawn(size: Size) -> Views:
    """Blotches with fine noise, since photos have both."""
    rng = np.random.default_rng(0)
    height, width = height_width(size)
    coarse = rng.integers(0, 200, (_DRAWN, 8, 8, 3))
    blotches = coarse.repeat(height // 8 + 1, axis=1).repeat(width // 8 + 1, axis=2)[:, :height, :width]
    return (blotches + rng.integers(0, 56, blotches.shape)).astype(np.uint8)


def save(pictures: Pictures, folder: Path) -> Sequence[Path]:
    """Writes them for the processes that convert and compare, and returns the files. Raises OSError."""
    files = [folder / "views.npy"]
    np.save(files[0], pictures.compare)
    if pictures.calibration is not None:
        files.append(folder / "calibration.npy")
        np.save(files[1], pictures.calibration)
    return files
