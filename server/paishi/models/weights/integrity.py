"""Are these the bytes that were published?"""

import hashlib
from pathlib import Path

from paishi.models.backbone import PublishedWeights
from paishi.models.errors import WeightsCorrupt


def check_file(file: Path, published: PublishedWeights | None) -> None:
    """Raises WeightsCorrupt unless `file` is complete HDF5 and has the published hash, if there is one."""
    import h5py  # here, because a start from the cache checks nothing and need not wait for it

    try:
        # Opening reads the header, which knows how long the file must be. Some network disks cannot lock.
        h5py.File(file, "r", locking=False).close()
    except OSError as error:
        raise WeightsCorrupt(f"what came is no complete HDF5 file but {_looks(file)}.") from error
    if published and (found := digest(file, published)) != published.hash:
        raise WeightsCorrupt(f"its {published.hash_algorithm} is {found}, not {published.hash} as published.")


def digest(file: Path, published: PublishedWeights) -> str | None:
    """What `published.hash` should be, None where there is none. Reads all of `file`. Raises OSError."""
    if published.hash_algorithm is None:
        return None
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, published.hash_algorithm).hexdigest()


def _looks(file: Path) -> str:
    with file.open("rb") as stream:
        start = stream.read(256).lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "a web page"
    if start.startswith(b"version https://git-lfs"):
        return "a pointer to Git LFS"
    return f"{file.stat().st_size:,} other or broken bytes"
