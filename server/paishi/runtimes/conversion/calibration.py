"""Photos for the calibration of a lower precision and, apart from them, for its check."""

import hashlib
import json
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from paishi.models.errors import PrecisionRefused
from paishi.photo.photo_files import find_photos

log = logging.getLogger(__name__)

LEAST = 50
"""Least photos for the check, and for the calibration.

With 50, one photo is 2 %, so for 97 % at most one prediction may change: a model that changes one in ten
passes once in thirty times, one that changes one in fifty three times in four. With 200 photos these become
once in 6752 and nine times in ten.
"""
_MOST_CALIBRATED = 300
_MOST_CHECKED = 1000


class PhotoSet(NamedTuple):
    """Disjoint lists of files; `calibration` is empty for bf16, which needs none."""

    calibration: Sequence[Path]
    check: Sequence[Path]


def photo_set(folder: Path, calibrates: bool) -> PhotoSet:
    """Splits the photos below `folder` by their names, always the same way.

    Raises PrecisionRefused if there are too few.
    """
    if not folder.is_dir():
        raise PrecisionRefused(f"PAISHI_CALIBRATION={folder}: there is no such folder.")
    photos = sorted(find_photos([folder], on_error=_log), key=lambda photo: _shuffled(photo, folder))
    need_enough(len(photos), calibrates, folder)
    calibrated = min(len(photos) // 2, _MOST_CALIBRATED) if calibrates else 0
    return PhotoSet(photos[:calibrated], photos[calibrated : calibrated + _MOST_CHECKED])


def need_enough(photos: int, calibrates: bool, folder: Path) -> None:
    """Raises PrecisionRefused unless `photos` suffice for `LEAST` in each part."""
    least = 2 * LEAST if calibrates else LEAST
    if photos < least:
        raise PrecisionRefused(
            f"PAISHI_CALIBRATION={folder} has {photos} photos that can be read; at least {least} are "
            "needed to check that predictions stay the same."
        )


def photos_key(folder: Path) -> str:
    """Hash of the photos' names and sizes below `folder`, without reading the photos."""
    looks = [[_name(photo, folder), photo.stat().st_size] for photo in find_photos([folder], on_error=_log)]
    return hashlib.sha256(json.dumps(looks).encode()).hexdigest()[:16]


def _shuffled(photo: Path, folder: Path) -> bytes:
    """Sort key for a repeatable random order: sorted by name, neighbours show one class or burst."""
    return hashlib.sha256(_name(photo, folder).encode(errors="surrogateescape")).digest()


def _name(photo: Path, folder: Path) -> str:
    return photo.relative_to(folder).as_posix()


def _log(error: OSError) -> None:
    log.warning("%s", error)
