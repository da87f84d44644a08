"""Measures and stores the time of a model for one photo on this machine.

Importing this loads no NumPy, because `paishi models` reads stored measurements.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from pydantic import AwareDatetime, BaseModel, TypeAdapter, ValidationError

from paishi.models.backbone import height_width
from paishi.system.atomic_write import write_whole
from paishi.system.cpu_count import usable_cores

if TYPE_CHECKING:
    from paishi.recognition.recogniser import Recogniser

RUNS = 20
_WARM_UP = 3


class Measured(BaseModel):
    """A measurement. `ms` is the median for one photo without decoding, on `cores` cores."""

    ms: float
    runs: int
    runtime: str
    precision: str
    cores: int
    at: AwareDatetime


_FORM = TypeAdapter(dict[str, Measured])


async def measure(recogniser: Recogniser) -> Measured:
    """Times a series of single photos, with all views of the fit."""
    import numpy as np

    views = 2 if recogniser.fit == "both" else 1
    shape = (views, *height_width(recogniser.input_size), 3)
    photo = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    took = []
    for _ in range(_WARM_UP + RUNS):
        start = time.perf_counter()
        await recogniser.recognise(photo, 5)
        took.append(1000 * (time.perf_counter() - start))
    return Measured(
        ms=round(median(took[_WARM_UP:]), 2),
        runs=RUNS,
        runtime=recogniser.runtime.name,
        precision=recogniser.runtime.precision,
        cores=usable_cores(),
        at=datetime.now(UTC),
    )


def read_measured(cache: Path) -> dict[str, Measured]:
    """Returns measurements by model; empty if the file is missing or invalid."""
    try:
        return _FORM.validate_json(_file(cache).read_bytes())
    except (OSError, ValidationError):
        return {}


def keep_measured(cache: Path, new: Mapping[str, Measured]) -> None:
    """Stores `new` beside earlier measurements, atomically. Raises OSError."""
    cache.mkdir(parents=True, exist_ok=True)
    write_whole(_file(cache), _FORM.dump_json({**read_measured(cache), **new}, indent=1))


def _file(cache: Path) -> Path:
    return cache / "measured.json"
