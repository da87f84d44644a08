"""Sources of weights and Keras's cache of them. Importing this loads neither Keras, NumPy nor HTTPX."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from paishi.models.backbone import PackagedWeights
from paishi.models.catalogue import CATALOGUE, Backbone
from paishi.models.weights.integrity import digest, held, is_older, matches
from paishi.models.weights.package import package_file

_PART = ".part"
_SUFFIXES = (".h5", ".tar")


class CachedFile(NamedTuple):
    """A weights file. `backbone` is None outside the catalogue; `partial` marks an incomplete download."""

    file: Path
    bytes: int
    backbone: Backbone | None
    partial: bool


def is_published(source: str) -> bool:
    """Whether PAISHI_WEIGHTS=`source` means the weights that Keras publishes."""
    return source.strip().lower() == "imagenet"


def is_address(source: str) -> bool:
    """Whether PAISHI_WEIGHTS=`source` is an address to download from."""
    return source.lower().startswith(("http://", "https://"))


def cached_file(backbone: Backbone, keras_home: Path) -> Path:
    """Path of the published or packaged weights of `backbone`, which may not exist."""
    if isinstance(backbone.weights, PackagedWeights):
        return package_file(backbone.weights)
    return keras_home / "models" / backbone.weights.file


def cached_files(keras_home: Path) -> Iterator[CachedFile]:
    """Yields all weights below `keras_home` by file name, and those in installed packages. Raises OSError if
    the folder cannot be read."""
    for backbone in CATALOGUE.values():
        if (
            isinstance(backbone.weights, PackagedWeights)
            and (file := package_file(backbone.weights)).is_file()
        ):
            yield CachedFile(file, file.stat().st_size, backbone, partial=False)
    names = {backbone.weights.file: backbone for backbone in CATALOGUE.values()}
    folder = keras_home / "models"
    if not folder.exists():
        return
    for file in sorted(folder.iterdir()):
        partial = file.name.endswith(_PART)
        name = file.name.removesuffix(_PART)
        if name.endswith(_SUFFIXES) and file.is_file():
            yield CachedFile(file, file.stat().st_size, names.get(name), partial)


def has_right_hash(backbone: Backbone, file: Path) -> bool | None:
    """Whether `file` has the hash that `right_hash` describes, None if there is none.

    Reads all of it. Raises OSError.
    """
    expected = held(backbone.weights, file)
    found = digest(file, expected)
    return None if found is None else matches(found, expected)


def right_hash(backbone: Backbone, file: Path) -> str:
    """Says which hash `file` must have as weights of `backbone`, "" if none is known. Raises OSError."""
    published = backbone.weights
    expected = held(published, file)
    if not expected.hash:
        return ""
    if not published.hash:
        whose = "as at its first download"
    else:
        whose = "of the older release" if is_older(file, published) else "as published"
    return f"{expected.hash_algorithm} {whose}"
