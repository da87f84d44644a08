"""Lowers the precision of a converted model and counts changed predictions; `precision.py` runs this.

`python -m paishi.runtimes.conversion.quantise PRECISION MODEL FOLDER PHOTOS` is a separate process.
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
from paishi.models.backbone import Size
from paishi.models.errors import ModelError, RuntimeUnavailable
from paishi.photo.decode import Decoder
from paishi.photo.fit import fit, short_side_for
from paishi.problems.kinds import PhotoError
from paishi.runtimes.base import Agreement
from paishi.runtimes.conversion.cache import MODEL_XML
from paishi.runtimes.conversion.calibration import need_enough, photo_set
from paishi.runtimes.conversion.interruption import interruptible
from paishi.runtimes.openvino.imports import ov
from paishi.runtimes.openvino.model_file import is_independent, note_independent, save_model
from paishi.runtimes.openvino.runtime import compiled, read_model, runner
from paishi.system.child_process import answer_parent
from paishi.system.passing_fault import is_passing

_MAX_PIXELS = 200_000_000
_DECODE_S = 2.0
Views = NDArray[np.uint8]


def lower(precision: Precision, xml: Path, folder: Path, photos: Path) -> Agreement:
    """Writes the fp32 model `xml` in `precision` into `folder` and compares both on photos below `photos`.

    Raises PrecisionRefused if there are too few photos, RuntimeUnavailable if NNCF is missing.
    """
    calibrates = precision == "int8"
    if calibrates:
        _need_nncf()  # before the photos are read
    files = photo_set(photos, calibrates)
    _, height, width, _ = read_model(xml).input(0).shape
    size = (int(height), int(width))
    calibration, check = list(_views(files.calibration, size)), list(_views(files.check, size))
    # Each part should have half of the photos, so the smaller part counts.
    readable = 2 * min(len(calibration), len(check)) if calibrates else len(check)
    need_enough(readable, calibrates, photos)
    if calibrates:
        _quantise(xml, folder / MODEL_XML, calibration)
    else:
        for suffix in (".xml", ".bin"):
            _link(xml.with_suffix(suffix), (folder / MODEL_XML).with_suffix(suffix))
    same = sum(
        exact == lowered
        for exact, lowered in zip(
            _predictions(xml, "fp32", check), _predictions(folder / MODEL_XML, precision, check), strict=True
        )
    )
    return Agreement(same=same, photos=len(check), calibrated_on=len(calibration))


def _views(photos: Iterable[Path], size: Size) -> Iterator[Views]:
    """Yields views (1, height, width, 3) of each readable photo, as with PAISHI_FIT=crop."""
    decoder = Decoder(_DECODE_S, at_once=1)
    for photo in photos:
        try:
            picture = decoder.decode(
                photo.read_bytes(), max_pixels=_MAX_PIXELS, short_side=short_side_for(size, "crop")
            )
        except (PhotoError, OSError) as error:
            if isinstance(error, OSError) and is_passing(error):
                raise
            continue
        yield fit(picture, size, "crop")


def _need_nncf() -> None:
    try:
        import nncf  # noqa: F401
    except ImportError as error:
        raise RuntimeUnavailable(
            f"PAISHI_PRECISION=int8 needs NNCF for the calibration: pip install nncf ({error})."
        ) from error


def _quantise(xml: Path, target: Path, calibration: list[Views]) -> None:
    import nncf

    exact = ov.Core().read_model(xml)
    model: Any = nncf.quantize(
        exact,
        nncf.Dataset(calibration),
        # Activations of most families are not centred on 0.
        preset=nncf.QuantizationPreset.MIXED,
        subset_size=len(calibration),
    )
    note_independent(model, is_independent(exact))
    save_model(model, target)


def _link(source: Path, target: Path) -> None:
    """Hard-links or copies: bf16 uses the same file, only its arithmetic differs."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _predictions(xml: Path, precision: Precision, views: Iterable[Views]) -> Iterator[int]:
    run = runner(compiled(read_model(xml), precision, threads=0, streams=1))
    return (int(run(view).argmax()) for view in views)


def _main(precision: Precision, xml: str, folder: str, photos: str) -> dict[str, int]:
    with interruptible():
        return asdict(lower(precision, Path(xml), Path(folder), Path(photos)))


if __name__ == "__main__":
    answer_parent(_main, sys.argv[1:], ModelError)
