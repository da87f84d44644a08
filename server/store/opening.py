"""From settings to stores. Importing this loads no fsspec: most servers keep pictures in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.settings import Settings
from server.store.echoes import Echoes, MemoryEchoes

if TYPE_CHECKING:
    from server.store.corrections import Corrections


def open_echoes(settings: Settings) -> Echoes:
    """Raises FolderUnknown."""
    most, age = int(settings.echo_mb * 1_000_000), settings.echo_age_s
    if not settings.store:
        return MemoryEchoes(most, age)
    from server.store.folder import Folder
    from server.store.shared_echoes import SharedEchoes

    return SharedEchoes(Folder(settings.store), most, age)


def open_corrections(settings: Settings) -> Corrections | None:
    """None where the operator takes none. Raises FolderUnknown."""
    if not settings.corrections:
        return None
    from server.store.corrections import Corrections
    from server.store.folder import Folder

    return Corrections(Folder(settings.corrections), int(settings.corrections_mb * 1_000_000))
