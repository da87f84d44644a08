"""Cache of converted models on disk. Damaged ones are converted again."""

import hashlib
import json
import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from filelock import FileLock

from paishi.choices import Precision
from paishi.runtimes.base import Agreement
from paishi.runtimes.conversion.interruption import interruptible
from paishi.system.passing_fault import is_passing
from paishi.system.processor import processor_name

log = logging.getLogger(__name__)

MODEL_XML = "model.xml"
_FILES = (MODEL_XML, "model.bin")
_MANIFEST = "manifest.json"
_LOCK_S = 1800
"""Longest wait for another process that converts the same model."""
_KEPT = 4
"""Conversions kept of one model in one precision, with different weights, versions or calibration photos."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Cache key of a converted model. In a query, None matches any weights or photos, and a package that
    `versions` lacks any version.

    `weights` is an algorithm and a hash, such as "md5:2cb9…"; `versions` are those of the packages that made
    it; `photos` identifies the photos of a lower precision's calibration and check, "" for fp32.
    """

    model: str
    weights: str | None
    precision: Precision
    versions: Mapping[str, str]
    photos: str | None = ""

    @property
    def folder(self) -> str:
        key = hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()
        return f"{self.model}-{self.precision}-{key[:16]}"

    @property
    def of_vectors(self) -> str:
        """The same for all conversions whose vectors can be compared.

        Another version of OpenVINO calculates the same in fp32 and bf16, but may quantise otherwise.
        """
        made_by = {"conversion": self.versions.get("conversion", "")}
        is_exact = self.precision != "int8"
        same = replace(self, versions=made_by, photos="") if is_exact else self
        return same.folder

    def matches(self, query: "Identity") -> bool:
        weights = self.weights if query.weights is None else query.weights
        photos = self.photos if query.photos is None else query.photos
        return self == replace(
            query, weights=weights, photos=photos, versions={**self.versions, **query.versions}
        )


class Converted(NamedTuple):
    """A converted model: `file` is the .xml, with its .bin beside it.

    `agreement` is that with the same model in fp32, None for fp32 itself. It was counted on the processor
    `made_on`, "" if that is not known; others may round differently.
    """

    file: Path
    identity: Identity
    agreement: Agreement | None
    made_on: str


Build = Callable[[Path], Agreement | None]


class Damaged(Exception):
    """A stored model is damaged; the message is a short reason."""


# Errors that a damaged manifest causes.
_UNREADABLE = (Damaged, OSError, ValueError, KeyError, TypeError)


class ConversionCache:
    """Cache in `folder`, one subfolder per model; one process at a time writes one, any number may read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(self, query: Identity, source: str) -> Converted | None:
        """Returns the latest match, or None if there is none or its files have changed.

        `source` is PAISHI_WEIGHTS, as given to `make`; it must match if the query's weights are None. Raises
        an OSError that passes: a model that cannot be read at the moment is not damaged.
        """
        for folder in self._matches(query, source):
            try:
                return _read(folder)
            except _UNREADABLE as error:
                if is_passing(error):
                    raise
                log.warning("%s is damaged (%s) and will be made again.", folder, error)
        return None

    def _matches(self, query: Identity, source: str) -> list[Path]:
        """Folders that match, latest first."""
        found = []
        for folder in self._folder.glob(f"{query.model}-{query.precision}-*/"):
            try:
                noted = _manifest(folder)
                same_source = query.weights is not None or noted["source"] == source
                if same_source and Identity(**noted["identity"]).matches(query):
                    found.append(((folder / _MANIFEST).stat().st_mtime, folder))
            except _UNREADABLE as error:
                if is_passing(error):
                    raise
                log.warning("%s cannot be read (%s) and will be made again.", folder / _MANIFEST, error)
        return [folder for _, folder in sorted(found, reverse=True)]

    @contextmanager
    def make(self, identity: Identity, source: str, build: Build) -> Iterator[Converted]:
        """Stores and yields the model that `build` writes into the given folder as `MODEL_XML` and its .bin.

        If the folder is not writable, it is deleted after the block. Raises the errors of `build` and
        ConversionInterrupted, as on a full disk, and then leaves nothing behind.
        """
        try:
            with interruptible():
                converted = self._store(identity, source, build)
        except OSError as error:
            log.warning(
                "%s cannot be written (%s), so %s is converted at every start. Set PAISHI_CACHE.",
                self._folder, error.strerror or error, identity.model,
            )  # fmt: skip
            with tempfile.TemporaryDirectory(prefix="paishi-", ignore_cleanup_errors=True) as folder:
                agreement = build(Path(folder))
                yield Converted(Path(folder) / MODEL_XML, identity, agreement, processor_name())
        else:
            yield converted

    def _store(self, identity: Identity, source: str, build: Build) -> Converted:
        self._folder.mkdir(parents=True, exist_ok=True)
        final = self._folder / identity.folder
        with FileLock(self._folder / f"{identity.folder}.lock", timeout=_LOCK_S):
            with suppress(*_UNREADABLE):
                return _read(final)  # another process has made it meanwhile
            with _fresh(self._folder / f".{identity.folder}.new") as new:
                agreement = build(new)
                _note(new, identity, source, agreement)
                with _fresh(self._folder / f".{identity.folder}.old") as old:
                    if final.exists():
                        os.replace(final, old)
                    os.replace(new, final)
        self._drop_oldest(identity)
        return Converted(final / MODEL_XML, identity, agreement, processor_name())

    def _drop_oldest(self, identity: Identity) -> None:
        """Deletes old conversions. A server that has one open keeps its files until it ends."""
        stored = self._folder.glob(f"{identity.model}-{identity.precision}-*/")
        by_age = sorted(stored, key=lambda folder: folder.stat().st_mtime, reverse=True)
        for folder in by_age[_KEPT:]:
            shutil.rmtree(folder, ignore_errors=True)
            with suppress(OSError):
                (self._folder / f"{folder.name}.lock").unlink()


@contextmanager
def _fresh(folder: Path) -> Iterator[Path]:
    """Yields an empty `folder`, without leftovers of a killed process, and deletes it after the block."""
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
        "made_on": processor_name(),
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
        raise Damaged("its manifest belongs to another model")
    for name in _FILES:
        if _sha256(folder / name) != noted["files"][name]:
            raise Damaged(f"{name} has changed")
    agreement = Agreement(**noted["agreement"]) if noted["agreement"] else None
    return Converted(folder / MODEL_XML, identity, agreement, noted.get("made_on", ""))


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
