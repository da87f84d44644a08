"""Builds the stores from the settings. Importing this loads no fsspec: most servers keep pictures in
memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paishi.settings import Settings
from paishi.store.echoes import Echoes, MemoryEchoes

if TYPE_CHECKING:
    from paishi.store.corrections import Corrections


def open_echoes(settings: Settings) -> Echoes:
    """Raises Misconfigured."""
    most, age = int(settings.echo_mb * 1_000_000), settings.echo_age_s
    if not settings.store:
        return MemoryEchoes(most, age)
    from paishi.store.folder import Folder
    from paishi.store.shared_echoes import SharedEchoes

    return SharedEchoes(Folder(settings.store), most, age)


def open_corrections(settings: Settings) -> Corrections | None:
    """Returns None if the operator collects none. Raises Misconfigured."""
    if not settings.corrections:
        return None
    from paishi.store.corrections import Corrections
    from paishi.store.folder import Folder

    return Corrections(Folder(settings.corrections), int(settings.corrections_mb * 1_000_000))
