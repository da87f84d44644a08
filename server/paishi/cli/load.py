"""Loading a model in a terminal."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from paishi.cli.errors import fail
from paishi.cli.missing_weights import card
from paishi.models.errors import ModelError, WeightsUnavailable
from paishi.models.weights.download import OnProgress
from paishi.models.weights.progress import download_progress
from paishi.recognition.load import load_recogniser
from paishi.recognition.recogniser import Recogniser, SelfTestFailed
from paishi.settings import Settings
from paishi.system.cpu_budget import CpuBudget


def load_with_progress(
    settings: Settings, cores: CpuBudget, on_progress: OnProgress | None = None
) -> Recogniser:
    """As `load_recogniser`; also shows a download in the terminal."""
    with download_progress(settings.model) as show:

        def both(received: int, total: int | None) -> None:
            show(received, total)
            if on_progress:
                on_progress(received, total)

        return load_recogniser(settings, cores, both)


@contextmanager
def loaded(settings: Settings, cores: CpuBudget) -> Iterator[Recogniser]:
    """A model for the block; exits if it cannot be loaded, or fails its self-test in the block."""
    try:
        with _Spinner(f"Loading {settings.model}.", Console(stderr=True)) as spinner:
            recogniser = load_with_progress(settings, cores, lambda received, total: spinner.hide())
    except ModelError as error:
        missing = error.missing if isinstance(error, WeightsUnavailable) else None
        fail(card(settings.model, str(error), missing) if missing else str(error), 1)
    try:
        yield recogniser
    except SelfTestFailed as error:
        fail(str(error), 1)
    finally:
        recogniser.runtime.close()


class _Spinner(logging.Handler):
    """Shows on a terminal that a load goes on, for how long, and what it says of conversions; no log does."""

    def __init__(self, text: str, console: Console) -> None:
        super().__init__(logging.INFO)
        columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
        self._progress = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
        self._task = self._progress.add_task(text, total=None)
        self._logger = logging.getLogger("paishi.runtimes.conversion")

    def __enter__(self) -> "_Spinner":
        self._level = self._logger.level
        self._logger.setLevel(logging.INFO)
        self._logger.addHandler(self)
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._logger.removeHandler(self)
        self._logger.setLevel(self._level)
        self.hide()

    def emit(self, record: logging.LogRecord) -> None:
        self._progress.update(self._task, description=record.getMessage())
        self._progress.start()

    def hide(self) -> None:
        """For the bar of a download, until there is more to say."""
        self._progress.stop()
