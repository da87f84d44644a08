"""Features of photos from a frozen backbone, calculated once and kept on disk."""

import hashlib
import io
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from paishi.choices import Fit
from paishi.problems.kinds import PhotoError, ResourcesExhausted
from paishi.system.atomic_write import write_whole
from paishi.training.errors import TrainingRefused
from paishi.training.photo_set import Photo, some_of
from paishi.training.pictures import PictureReader, Unreadable, content_hash

_VERSION = 1
_BATCH = 16
_MOST_BYTES = 4_000_000_000
"""Of all features on disk: some 400,000 photos of a pooled model, 10,000 of a flattened VGG16."""

_TOO_MANY = 0.1
"""Share of unreadable photos that ends a run."""

OnProgress = Callable[[int, int], None]
"""Gets the number of photos done, and of all."""


class Extractor(Protocol):
    """A backbone without its head.

    `key` identifies its weights and form. `features` maps (n, size, size, 3) uint8 RGB to (n, …) float32.
    """

    @property
    def key(self) -> str: ...

    @property
    def size(self) -> int: ...

    def features(self, views: NDArray[np.uint8]) -> NDArray[np.float32]: ...


@dataclass(frozen=True, slots=True)
class PhotoFeatures:
    """Features of `photos` that could be read; `unreadable` are the others.

    `plain` and `mirrored` have shape (photos, views, …) float32, `hashes` (photos, 4) uint64; `contents` are
    SHA-256 of the files.
    """

    photos: tuple[Photo, ...]
    contents: tuple[str, ...]
    hashes: NDArray[np.uint64]
    plain: NDArray[np.float32]
    mirrored: NDArray[np.float32]
    unreadable: tuple[Unreadable, ...]

    @property
    def vectors(self) -> NDArray[np.float32]:
        """One vector (photos, channels) for each photo: the mean over its views and places."""
        axes = tuple(range(1, self.plain.ndim - 1))
        return np.asarray(self.plain.mean(axis=axes), np.float32)

    @property
    def labels(self) -> NDArray[np.intp]:
        return np.array([photo.label for photo in self.photos], np.intp)


class _Row(NamedTuple):
    photo: Photo
    content: str
    hash: NDArray[np.uint64]
    features: NDArray[np.float32]  # (2 x views, …): plain, then mirrored


class _Decoded(NamedTuple):
    photo: Photo
    content: str
    views: NDArray[np.uint8] | None  # None if `row` is from the cache
    hash: NDArray[np.uint64] | None
    row: _Row | None


class FeatureCache:
    """Features in `folder`, a file for each photo: by its bytes, the extractor and the fit. It can be deleted
    at any time."""

    def __init__(self, folder: Path, key: str, fit: Fit, most_bytes: int = _MOST_BYTES) -> None:
        form = json.dumps([_VERSION, key, fit, "fp32"])
        self._all = folder / "features"
        self._folder = self._all / hashlib.sha256(form.encode()).hexdigest()[:16]
        self._most_bytes = most_bytes

    def find(self, photo: Photo, content: str) -> _Row | None:
        """Returns None if there is none, or it is damaged."""
        file = self._file(content)
        try:
            with np.load(io.BytesIO(file.read_bytes())) as stored:
                with suppress(OSError):  # another user's
                    os.utime(file)  # so that `trim` keeps it
                return _Row(photo, content, stored["hash"], stored["features"])
        except (OSError, ValueError, KeyError, EOFError):
            return None

    def keep(self, row: _Row) -> None:
        """Raises OSError, as on a full disk."""
        stream = io.BytesIO()
        np.savez(stream, hash=row.hash, features=row.features)
        file = self._file(row.content)
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, stream.getvalue())

    def trim(self) -> None:
        """Deletes features, also of other models, the longest unused first, until they have room."""
        with suppress(OSError):  # another run deletes as well
            stored = [(file.stat(), file) for file in self._all.rglob("*.npz")]
            total = sum(state.st_size for state, _ in stored)
            for state, file in sorted(stored, key=lambda one: one[0].st_mtime_ns):
                if total <= self._most_bytes:
                    break
                file.unlink(missing_ok=True)
                total -= state.st_size

    def _file(self, content: str) -> Path:
        return self._folder / content[:2] / f"{content}.npz"


def photo_features(
    photos: Sequence[Photo],
    extractor: Extractor,
    reader: PictureReader,
    cache: FeatureCache,
    fit: Fit,
    on_progress: OnProgress = lambda done, total: None,
) -> PhotoFeatures:
    """Reads `photos` and returns their features. Raises OSError if the cache cannot be written.

    What cannot be read is named in the result; raises TrainingRefused if that is more than a tenth.
    """
    rows: list[_Row] = []
    unreadable: list[Unreadable] = []

    def decode(photo: Photo) -> _Decoded | Unreadable:
        return _decode(photo, reader, cache, extractor.size, fit)

    waiting: list[_Decoded] = []
    for done, decoded in enumerate(reader.each(photos, decode), 1):
        if isinstance(decoded, Unreadable):
            unreadable.append(decoded)
        else:
            waiting.append(decoded)
        if len(waiting) >= _BATCH or done == len(photos):
            rows += _calculated(waiting, extractor, cache)
            waiting = []
        on_progress(done, len(photos))
    need_readable(unreadable, len(photos))
    cache.trim()
    features = np.stack([row.features for row in rows])
    views = features.shape[1] // 2
    return PhotoFeatures(
        tuple(row.photo for row in rows),
        tuple(row.content for row in rows),
        np.stack([row.hash for row in rows]),
        features[:, :views],
        features[:, views:],
        tuple(unreadable),
    )


def need_readable(unreadable: Sequence[Unreadable], photos: int) -> None:
    """Raises TrainingRefused if `unreadable` are more than a tenth of `photos`, or all."""
    if len(unreadable) > _TOO_MANY * photos or len(unreadable) == photos:
        named = some_of([f"{one.file} ({one.reason.rstrip('.')})" for one in unreadable])
        raise TrainingRefused(f"{len(unreadable)} of {photos} photos cannot be read: {named}.", 1)


def _decode(
    photo: Photo, reader: PictureReader, cache: FeatureCache, size: int, fit: Fit
) -> _Decoded | Unreadable:
    try:
        data = reader.read(photo.file)
        content = content_hash(data)
        if row := cache.find(photo, content):
            return _Decoded(photo, content, None, None, row)
        picture = reader.picture(data, size, fit)
    except OSError as error:
        return Unreadable(photo.file, f"{error.strerror or error}")
    except (PhotoError, ResourcesExhausted) as error:
        return Unreadable(photo.file, error.detail)
    return _Decoded(photo, content, picture.views, picture.difference_hash, None)


def _calculated(waiting: Sequence[_Decoded], extractor: Extractor, cache: FeatureCache) -> Iterator[_Row]:
    new = [decoded for decoded in waiting if decoded.views is not None]
    found: dict[int, Any] = {}
    if new:
        views = np.concatenate([decoded.views for decoded in new])
        plain, mirrored = extractor.features(views), extractor.features(views[:, :, ::-1])
        each = len(views) // len(new)
        for number, decoded in enumerate(new):
            at = slice(number * each, (number + 1) * each)
            found[id(decoded)] = np.concatenate([plain[at], mirrored[at]])
    for decoded in waiting:
        if decoded.row is not None:
            yield decoded.row
        else:
            assert decoded.hash is not None
            row = _Row(decoded.photo, decoded.content, decoded.hash, found[id(decoded)])
            cache.keep(row)
            yield row
