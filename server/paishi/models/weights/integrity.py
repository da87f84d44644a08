"""Checks weights files for completeness and their hash."""

import hashlib
import re
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from paishi.models.backbone import PackagedWeights, PaddleArchive, PublishedWeights, Weights
from paishi.models.errors import WeightsCorrupt
from paishi.models.weights.paddle_archive import check_archive
from paishi.system.passing_fault import is_passing


def check_file(file: Path, published: Weights | None) -> None:
    """Raises WeightsCorrupt unless `file` is complete, HDF5 or a tar as `published` is, and has its hash, if
    any.

    Raises an OSError that passes, such as for too many open files.
    """
    if isinstance(published, PaddleArchive):
        check_archive(file)
    elif not isinstance(published, PackagedWeights):
        _check_hdf5(file)
    if published and not matches(found := digest(file, published), published):
        raise WeightsCorrupt(
            f"its {published.hash_algorithm} is {found}, not {published.hash} as it should be"
            f"{_shortage(file, published)}."
        )


Known = TypeVar("Known", bound=Weights)


def held(published: Known, file: Path) -> Known:
    """`published`, with the hash that `hold` has written down for `file` if none is published."""
    if published.hash:
        return published
    try:
        noted = re.match(r"[0-9a-f]{64}\b", _note(file).read_text("ascii"))
    except (OSError, ValueError):
        noted = None
    return replace(published, hash=noted[0]) if noted else published


def hold(file: Path) -> str:
    """Writes the SHA-256 of `file` down beside it, as `sha256sum` does, and returns it. Raises OSError."""
    with file.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    _note(file).write_text(f"{sha256}  {file.name}\n", "ascii")
    return sha256


def _note(file: Path) -> Path:
    return file.with_name(file.name + ".sha256")


def matches(found: str | None, published: Weights) -> bool:
    """Whether `found`, the digest of a file, is that of `published` or of its older release."""
    older = published.older if isinstance(published, PublishedWeights) else None
    return found == published.hash or (older is not None and found in older.hashes)


def is_older(file: Path, published: Weights) -> bool:
    """Whether `file`, which has been checked, is the older release of `published`. Raises OSError."""
    older = published.older if isinstance(published, PublishedWeights) else None
    return older is not None and file.stat().st_size == older.bytes


def _shortage(file: Path, published: Weights) -> str:
    size = file.stat().st_size
    whole = published.bytes if isinstance(published, PublishedWeights) else None
    return f", and it has {size:,} of {whole:,} bytes" if whole and size < whole else ""


def _check_hdf5(file: Path) -> None:
    import h5py  # here, because a start from the cache does not need it

    try:
        # Opening compares the size with the header. Locking fails on some network disks.
        h5py.File(file, "r", locking=False).close()
    except OSError as error:
        if is_passing(error):
            raise
        raise WeightsCorrupt(f"it is no complete HDF5 file but {_looks(file, str(error))}.") from error


def digest(file: Path, published: Weights) -> str | None:
    """Hash of `file` by the algorithm of `published`, or None if that has none. Raises OSError."""
    if published.hash_algorithm is None:
        return None
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, published.hash_algorithm).hexdigest()


def _looks(file: Path, error: str) -> str:
    size = file.stat().st_size
    if whole := re.search(r"truncated file: .*stored_eof = (\d+)", error):
        return f"cut off: it has {size:,} of {int(whole[1]):,} bytes"
    with file.open("rb") as stream:
        start = stream.read(256).lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "a web page"
    if start.startswith(b"version https://git-lfs"):
        return "a pointer to Git LFS"
    return f"{size:,} other or broken bytes"
