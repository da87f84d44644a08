"""Loading a model in a terminal."""

from collections.abc import Iterator
from contextlib import contextmanager

from paishi.cli.errors import fail
from paishi.models.errors import ModelError
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
        recogniser = load_with_progress(settings, cores)
    except ModelError as error:
        fail(str(error), 1)
    try:
        yield recogniser
    except SelfTestFailed as error:
        fail(str(error), 1)
    finally:
        recogniser.runtime.close()
