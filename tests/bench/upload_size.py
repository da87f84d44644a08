"""Measures how small the mini-program may send a photo: `python -m tests.bench.upload_size`.

It needs the folders `photos/` and `validation/` of `../shared`. Of the photos that the model is confident
about as they are, it counts those that keep their first name when they are reduced as
miniprogram/services/api/compress.js does. Most of these photos have a short side of 300 to 500 pixels, so
each is enlarged threefold first, to be reduced as a phone's photo is; the row without a size shows what that
alone changes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import Annotated, NamedTuple

import numpy as np
import typer
from PIL import Image, ImageOps
from rich.console import Console
from rich.progress import track
from rich.table import Table

from paishi.photo.fit import fit
from paishi.photo.photo_files import find_photos
from paishi.recognition.load import load_recogniser
from paishi.recognition.recogniser import Recogniser
from paishi.settings import Settings
from paishi.system.cpu_budget import CpuBudget
from paishi.system.cpu_count import usable_cores

ROOT = Path(__file__).parents[2]
ENLARGED = 3


class Form(NamedTuple):
    """What a phone makes of a photo: pixels of the short side, None for all of them, and quality of JPEG."""

    short_side: int | None
    quality: int


ON_WEAK_NETWORK = Form(512, 85)
LIVE = Form(288, 60)  # a frame in miniprogram/services/live/frames.js
FORMS = (
    Form(None, 80),
    ON_WEAK_NETWORK,
    Form(448, 85),
    Form(384, 85),
    Form(320, 80),
    LIVE,
    Form(256, 80),
    Form(224, 70),
    Form(160, 60),
)


class Kept(NamedTuple):
    """Photos that keep their first name, of how many, and the bytes that each takes, in order."""

    same: int
    photos: int
    sizes: Sequence[int]


def reduced(photo: Image.Image, form: Form) -> bytes:
    """Returns a JPEG of the photo, which is never enlarged."""
    scale = min(1, form.short_side / min(photo.size)) if form.short_side else 1
    size = (round(photo.width * scale), round(photo.height * scale))
    file = BytesIO()
    photo.resize(size, Image.Resampling.BILINEAR, reducing_gap=2).save(file, "JPEG", quality=form.quality)
    return file.getvalue()


def confident_names(recogniser: Recogniser, photos: Sequence[Path]) -> Iterator[tuple[Image.Image, str]]:
    """Yields each photo whose name is probably right, upright and enlarged, with that name."""
    for path in track(photos, "Recognising"):
        with Image.open(path) as stored:
            photo = ImageOps.exif_transpose(stored).convert("RGB")
        name, confident = _name(recogniser, photo)
        if confident:
            size = (photo.width * ENLARGED, photo.height * ENLARGED)
            yield photo.resize(size, Image.Resampling.BICUBIC), name


def measure(recogniser: Recogniser, photos: Sequence[Path], forms: Sequence[Form]) -> dict[Form, Kept]:
    """Returns for each form which of the confident names it keeps."""
    same = dict.fromkeys(forms, 0)
    sizes: dict[Form, list[int]] = {form: [] for form in forms}
    for photo, name in confident_names(recogniser, photos):
        for form in forms:
            sent = reduced(photo, form)
            with Image.open(BytesIO(sent)) as received:
                same[form] += _name(recogniser, received.convert("RGB"))[0] == name
            sizes[form].append(len(sent))
    return {form: Kept(same[form], len(sizes[form]), sorted(sizes[form])) for form in forms}


def _name(recogniser: Recogniser, photo: Image.Image) -> tuple[str, bool]:
    views = fit(photo, recogniser.input_size, recogniser.fit)
    recognised = asyncio.run(recogniser.recognise(views, 1))
    return recognised.predictions[0].id, recognised.confident


def _stop(error: OSError) -> None:
    raise error


def main(
    shared: Annotated[Path, typer.Option(help="Holds photos/ and validation/.")] = ROOT / "../shared",
    model: Annotated[str, typer.Option(help="The model that recognises.")] = "EfficientNetLite0",
) -> None:
    """Prints how many confident names each form of a photo keeps, and its bytes."""
    settings = Settings(model=model)  # type: ignore[call-arg]
    recogniser = load_recogniser(settings, CpuBudget(usable_cores()))
    folders = [shared / "photos", shared / "validation"]
    photos = list(find_photos(folders, on_error=_stop))
    table = Table("short side", "quality", "names kept", "%", "KB: median", "99 %", "largest", title=model)
    for (short, quality), (same, count, sizes) in measure(recogniser, photos, FORMS).items():
        kilobytes = [f"{np.quantile(sizes, share) / 1000:.0f}" for share in (0.5, 0.99, 1)]
        share = f"{100 * same / count:.1f}"
        table.add_row(str(short or "all"), str(quality), f"{same} of {count}", share, *kilobytes)
    Console().print(table)
    recogniser.runtime.close()


if __name__ == "__main__":
    typer.run(main)
