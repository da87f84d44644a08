"""Download progress: a bar on a terminal, otherwise a log line every ten percent."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from paishi.models.weights.download import OnProgress

log = logging.getLogger(__name__)

_MB = 1_000_000
_STEP_WITHOUT_TOTAL = 10 * _MB


@contextmanager
def download_progress(title: str, console: Console | None = None) -> Iterator[OnProgress]:
    """Yields a function for `on_progress`. Nothing is shown before its first call."""
    console = console or Console(stderr=True)
    if not console.is_terminal:
        yield _LoggedProgress(title)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    progress = Progress(*columns, console=console)
    task = progress.add_task(title, total=None)

    def show(received: int, total: int | None) -> None:
        progress.start()
        progress.update(task, completed=received, total=total)

    try:
        yield show
    finally:
        progress.stop()


class _LoggedProgress:
    def __init__(self, title: str) -> None:
        self._title = title
        self._logged = -1

    def __call__(self, received: int, total: int | None) -> None:
        step = received * 10 // total if total else received // _STEP_WITHOUT_TOTAL
        if step < self._logged:  # another address restarts at 0
            self._logged = -1
        if step > self._logged:
            self._logged = step
            share = f"{step * 10} % of {total / _MB:.0f} MB" if total else f"{received / _MB:.0f} MB"
            log.info("%s: %s", self._title, share)
