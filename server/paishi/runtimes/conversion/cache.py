"""Converted networks on the disk: whole and as they were written, or made anew."""

import hashlib
import json
import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

from filelock import FileLock

from paishi.choices import Precision
from paishi.runtimes.base import Agreement

log = logging.getLogger(__name__)

NETWORK = "network.xml"
_FILES = (NETWORK, "network.bin")
_MANIFEST = "manifest.json"
_LOCK_S = 1800
"""Longest wait for another process that makes the same network."""
_KEPT = 4
"""Of one network in one precision: of other weights, versions or calibration photos than the latest."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What decides whether a converted network is the one wanted.

    `weights` is an algorithm and a hash, such as "md5:2cb9…"; `versions` are those of whatever had a hand
    in it; `photos` tells apart the sets of photos that a lower precision was checked on, "" without any.
    """

    network: str
    weights: str
    precision: Precision
    versions: Mapping[str, str]
    photos: str = ""

    @property
    def folder(self) -> str:
        key = hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()
        return f"{self.network}-{self.precision}-{key[:16]}"


@dataclass(frozen=True, slots=True)
class Sought:
    """An `Identity` as far as it is known: what is None may be anything, the latest will do.

    `source` is what PAISHI_WEIGHTS said when it was made; it stands in for weights that are not here.
    """

    network: str
    source: str
    weights: str | None
    precision: Precision
    versions: Mapping[str, str]
    photos: str | None

    def fits(self, identity: Identity, source: str) -> bool:
        return (
            (identity.network, identity.precision) == (self.network, self.precision)
            and identity.versions == self.versions
            and (source == self.source if self.weights is None else identity.weights == self.weights)
            and (self.photos is None or identity.photos == self.photos)
        )


class Converted(NamedTuple):
    """A network that can be read: `file` is the .xml, its .bin lies beside it.

    `agreement` is with the same network in fp32, None for that itself.
    """

    file: Path
    identity: Identity
    agreement: Agreement | None


Build = Callable[[Path], Agreement | None]


class Damaged(Exception):
    """What is wrong with a stored network."""


# What a damaged manifest can lead to.
_UNREADABLE = (Damaged, OSError, ValueError, KeyError, TypeError)


class ConversionCache:
    """Those in `folder`, one subfolder each; a process at a time makes one, any number reads it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(self, sought: Sought) -> Converted | None:
        """The stored network, None where there is none or its files are not as they were written."""
        for folder in self._that_fit(sought):
            try:
                return _read(folder)
            except _UNREADABLE as error:
                log.warning("%s is damaged (%s) and will be made anew.", folder, error)
        return None

    def _that_fit(self, sought: Sought) -> list[Path]:
        """The folders of those that fit, the latest first."""
        fit = []
        for folder in self._folder.glob(f"{sought.network}-{sought.precision}-*/"):
            try:
                noted = _manifest(folder)
                if sought.fits(Identity(**noted["identity"]), noted["source"]):
                    fit.append(((folder / _MANIFEST).stat().st_mtime, folder))
            except _UNREADABLE as error:
                log.warning("%s cannot be read (%s) and will be made anew.", folder / _MANIFEST, error)
        return [folder for _, folder in sorted(fit, reverse=True)]

    @contextmanager
    def make(self, identity: Identity, source: str, build: Build) -> Iterator[Converted]:
        """The network that `build` writes into the folder it is given, as `NETWORK` and its .bin.

        It is stored for the next time; where that cannot be done it is gone after the block. Raises what
        `build` raises, and then leaves nothing behind.
        """
        try:
            converted = self._store(identity, source, build)
        except OSError as error:
            log.warning(
                "%s cannot be written (%s), so %s is made ready anew at every start. Set PAISHI_CACHE.",
                self._folder, error.strerror or error, identity.network,
            )  # fmt: skip
            with tempfile.TemporaryDirectory(prefix="paishi-", ignore_cleanup_errors=True) as folder:
                agreement = build(Path(folder))
                yield Converted(Path(folder) / NETWORK, identity, agreement)
        else:
            yield converted

    def _store(self, identity: Identity, source: str, build: Build) -> Converted:
        self._folder.mkdir(parents=True, exist_ok=True)
        final = self._folder / identity.folder
        with FileLock(self._folder / f"{identity.folder}.lock", timeout=_LOCK_S):
            with suppress(*_UNREADABLE):
                return _read(final)  # of the process that we waited for
            with _fresh(self._folder / f".{identity.folder}.new") as new:
                agreement = build(new)
                _note(new, identity, source, agreement)
                with _fresh(self._folder / f".{identity.folder}.old") as old:
                    if final.exists():
                        os.replace(final, old)
                    os.replace(new, final)
        self._drop_oldest(identity)
        return Converted(final / NETWORK, identity, agreement)

    def _drop_oldest(self, identity: Identity) -> None:
        """A server that has one of them open keeps it until it ends; it is made anew where it is wanted."""
        stored = self._folder.glob(f"{identity.network}-{identity.precision}-*/")
        by_age = sorted(stored, key=lambda folder: folder.stat().st_mtime, reverse=True)
        for folder in by_age[_KEPT:]:
            shutil.rmtree(folder, ignore_errors=True)
            with suppress(OSError):
                (self._folder / f"{folder.name}.lock").unlink()


@contextmanager
def _fresh(folder: Path) -> Iterator[Path]:
    """An empty folder, whatever a process that was killed left there; gone after the block if still there."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _note(folder: Path, identity: Identity, source: str, agreement: Agreement | None) -> None:
    manifest = {
        "identity": asdict(identity),
        "source": source,
        "agreement": asdict(agreement) if agreement else None,
        "files": {name: _sha256(folder / name) for name in _FILES},
    }
    (folder / _MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")


def _manifest(folder: Path) -> dict[str, Any]:
    noted: dict[str, Any] = json.loads((folder / _MANIFEST).read_bytes())
    return noted


def _read(folder: Path) -> Converted:
    noted = _manifest(folder)
    identity = Identity(**noted["identity"])
    if identity.folder != folder.name:
        raise Damaged("its manifest is of another network")
    for name in _FILES:
        if _sha256(folder / name) != noted["files"][name]:
            raise Damaged(f"{name} is not as it was written")
    agreement = Agreement(**noted["agreement"]) if noted["agreement"] else None
    return Converted(folder / NETWORK, identity, agreement)


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
