"""Sources of weights and Keras's cache of them. Importing this loads neither Keras, NumPy nor HTTPX."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from paishi.models.catalogue import CATALOGUE, Backbone
from paishi.models.weights.integrity import digest

_PART = ".part"


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
    """Path of the published weights of `backbone`, which may not exist."""
    return keras_home / "models" / backbone.weights.file


def cached_files(keras_home: Path) -> Iterator[CachedFile]:
    """Yields all weights below `keras_home` by file name. Raises OSError if the folder cannot be read."""
    names = {backbone.weights.file: backbone for backbone in CATALOGUE.values()}
    folder = keras_home / "models"
    if not folder.exists():
        return
    for file in sorted(folder.iterdir()):
        partial = file.name.endswith(_PART)
        name = file.name.removesuffix(_PART)
        if name.endswith(".h5") and file.is_file():
            yield CachedFile(file, file.stat().st_size, names.get(name), partial)


def has_published_hash(backbone: Backbone, file: Path) -> bool | None:
    """Whether `file` has the hash that Keras publishes for `backbone`, None if it publishes none.

    Reads all of it. Raises OSError.
    """
    found = digest(file, backbone.weights)
    return None if found is None else found == backbone.weights.hash
