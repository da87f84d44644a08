"""The parts of one application."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from paishi.access.access import Access
    from paishi.admission.admission import Admission
    from paishi.admission.body_memory import BodyMemory
    from paishi.admission.connections import Connections
    from paishi.lifecycle.phase import Lifecycle
    from paishi.photo.reader import PhotoReader
    from paishi.recognition.recognition import Recognition
    from paishi.settings import Settings
    from paishi.store.corrections import Corrections
    from paishi.store.echoes import Echoes
    from paishi.system.cpu_budget import CpuBudget
    from paishi.teaching.book import Book
    from paishi.telemetry.metrics import Metrics


@dataclass(frozen=True, slots=True)
class Services:
    """Built once by `paishi.app`, for routes.

    `admissions` lists the routes that process photos, by method and path: they are behind authentication,
    rate limits and one of the two admissions.
    """

    settings: Settings
    cores: CpuBudget
    recognition: Recognition
    photos: PhotoReader
    echoes: Echoes
    corrections: Corrections | None
    book: Book | None
    admission: Admission
    insight_admission: Admission
    admissions: Mapping[tuple[str, str], Admission]
    access: Access
    lifecycle: Lifecycle
    metrics: Metrics
    body_memory: BodyMemory
    connections: Connections
