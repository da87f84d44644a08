"""Builds the book of taught things from the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paishi.settings import Settings

if TYPE_CHECKING:
    from paishi.teaching.book import Book


def open_book(settings: Settings) -> Book | None:
    """Returns None if there is nobody who can teach. Raises Misconfigured."""
    if not settings.uses_taught:
        return None
    # Loads fsspec, which most servers do without.
    from paishi.store.folder import Folder
    from paishi.teaching.book import Book
    from paishi.teaching.files import TaughtFiles
    from paishi.teaching.rules import Limits

    limits = Limits(settings.taught_things, settings.taught_photos, int(settings.taught_mb * 1_000_000))
    return Book(TaughtFiles(Folder(settings.taught_address)), limits)
