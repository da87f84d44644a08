"""Lowers the precision of a converted model and counts the changed answers, in a process of its own.

`python -m paishi.runtimes.conversion.quantise PRECISION MODEL FOLDER PHOTOS`, started by `precision.py`.
"""

import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from paishi.choices import Precision
from paishi.models.errors import ModelError, PrecisionRefused
from paishi.photo.decode import Decoder
from paishi.photo.fit import fit, short_side_for
from paishi.problems.kinds import PhotoError
from paishi.runtimes.base import Agreement
from paishi.runtimes.conversion.cache import NETWORK
from paishi.runtimes.conversion.calibration import need_enough, photo_set
from paishi.runtimes.openvino.imports import ov
from paishi.runtimes.openvino.runtime import compiled, read_model, runner
from paishi.system.child_process import answer_parent

_MAX_PIXELS = 200_000_000
_DECODE_S = 2.0
Views = NDArray[np.uint8]


def lower(precision: Precision, network: Path, folder: Path, photos: Path) -> Agreement:
    """Writes `network` (.xml, fp32) in `precision` into `folder` and compares both on photos below `photos`.

    Raises PrecisionRefused where there are too few of them or a package is missing.
    """
    calibrates = precision == "int8"
    files = photo_set(photos, calibrates)
    size = int(read_model(network).input(0).shape[1])
    calibration, check = list(_views(files.calibration, size)), list(_views(files.check, size))
    # Half of them each, so that the fewer of both say whether all would do.
    readable = 2 * min(len(calibration), len(check)) if calibrates else len(check)
    need_enough(readable, calibrates, photos)
    if calibrates:
        _quantise(network, folder / NETWORK, calibration)
    else:
        for suffix in (".xml", ".bin"):
            _link(network.with_suffix(suffix), (folder / NETWORK).with_suffix(suffix))
    same = sum(
        exact == lowered
        for exact, lowered in zip(
            _answers(network, "fp32", check), _answers(folder / NETWORK, precision, check), strict=True
        )
    )
    return Agreement(same=same, photos=len(check), calibrated_on=len(calibration))


def _views(photos: Iterable[Path], size: int) -> Iterator[Views]:
    """(1, size, size, 3) of each that can be read, as it would be served with PAISHI_FIT=crop."""
    decoder = Decoder(_DECODE_S, at_once=1)
    for photo in photos:
        try:
            picture = decoder.decode(
                photo.read_bytes(), max_pixels=_MAX_PIXELS, short_side=short_side_for(size, "crop")
            )
        except (PhotoError, OSError):
            continue
        yield fit(picture, size, "crop")


def _quantise(network: Path, target: Path, calibration: list[Views]) -> None:
    try:
        import nncf
    except ImportError as error:
        raise PrecisionRefused(
            f"PAISHI_PRECISION=int8 needs NNCF to calibrate a network: pip install nncf ({error})."
        ) from error
    model: Any = nncf.quantize(
        ov.Core().read_model(network),
        nncf.Dataset(calibration),
        # Activations may lie around another value than 0, as those of most families do.
        preset=nncf.QuantizationPreset.MIXED,
        subset_size=len(calibration),
    )
    ov.save_model(model, target, compress_to_fp16=False)


def _link(source: Path, target: Path) -> None:
    """The same bytes are calculated with in another way; they need no room twice."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _answers(network: Path, precision: Precision, views: Iterable[Views]) -> Iterator[int]:
    run = runner(compiled(read_model(network), precision, threads=0, streams=1))
    return (int(run(view).argmax()) for view in views)


def _main(precision: Precision, network: str, folder: str, photos: str) -> dict[str, int]:
    return asdict(lower(precision, Path(network), Path(folder), Path(photos)))


if __name__ == "__main__":
    answer_parent(_main, sys.argv[1:], ModelError)
