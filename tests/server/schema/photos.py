"""What Schemathesis loads as its hooks: random bytes are no photos, and random ids name no picture."""

import os
import zlib
from typing import Any

import pillow_heif
import schemathesis
from hypothesis import strategies
from schemathesis import Case, HookContext

from tests.server.pictures import file_of, noise

pillow_heif.register_heif_opener()
KINDS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "HEIF", "AVIF")


def _files(kind: str) -> strategies.SearchStrategy[bytes]:
    if os.environ["PHOTOS"] == "none":
        return strategies.binary(max_size=100)
    return strategies.sampled_from([file_of(noise(width), kind) for width in (1, 64)])


for kind in KINDS:
    schemathesis.openapi.media_type(f"image/{kind.lower().replace('heif', 'heic')}", _files(kind))
schemathesis.openapi.media_type("application/octet-stream", strategies.one_of(map(_files, KINDS)))


@schemathesis.hook
def before_call(context: HookContext, case: Case, kwargs: dict[str, Any]) -> None:
    """Half of the time, by what was drawn, so that it is the same in each run."""
    drawn = case.path_parameters.get("picture_id")
    if drawn is not None and zlib.crc32(repr(drawn).encode()) % 2:
        case.path_parameters["picture_id"] = os.environ["KEPT_PICTURE"] or drawn
