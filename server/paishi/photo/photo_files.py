"""Finds photos in files and folders."""

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

# Suffixes of the accepted formats. By name, so that a damaged photo is reported instead of skipped.
_SUFFIXES = {
    *(".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".apng", ".webp", ".gif", ".bmp", ".dib"),
    *(".heic", ".heif", ".hif", ".avif", ".avifs"),
}


def find_photos(paths: Iterable[Path], on_error: Callable[[OSError], None]) -> Iterator[Path]:
    """Yields each file of `paths` and, from folders at any depth, files with a photo's suffix, sorted.

    Hidden files and folders and links to folders are skipped. `on_error` gets the errors of unreadable
    folders.
    """
    for path in paths:
        if path.is_dir():
            yield from _in_folder(path, on_error)
        else:
            yield path


def _in_folder(folder: Path, on_error: Callable[[OSError], None]) -> Iterator[Path]:
    for parent, folders, files in os.walk(folder, onerror=on_error):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if not name.startswith(".") and Path(name).suffix.lower() in _SUFFIXES:
                yield Path(parent, name)
