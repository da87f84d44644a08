"""Checks weights files for completeness and their published hash."""

import hashlib
from pathlib import Path

from paishi.models.backbone import PublishedWeights
from paishi.models.errors import WeightsCorrupt


def check_file(file: Path, published: PublishedWeights | None) -> None:
    """Raises WeightsCorrupt unless `file` is complete HDF5 and has the hash of `published`, if any."""
    import h5py  # here, because a start from the cache does not need it

    try:
        # Opening compares the size with the header. Locking fails on some network disks.
        h5py.File(file, "r", locking=False).close()
    except OSError as error:
        raise WeightsCorrupt(f"the download is no complete HDF5 file but {_looks(file)}.") from error
    if published and (found := digest(file, published)) != published.hash:
        raise WeightsCorrupt(f"its {published.hash_algorithm} is {found}, not {published.hash} as published.")


def digest(file: Path, published: PublishedWeights) -> str | None:
    """Hash of `file` by the algorithm of `published`, or None if that has none. Raises OSError."""
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
