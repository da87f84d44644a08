"""Loading a network where somebody watches."""

from server.networks.download import OnProgress
from server.networks.progress import download_progress
from server.recognition.loading import load_recogniser
from server.recognition.recogniser import Recogniser
from server.settings import Settings


def load_with_progress(settings: Settings, on_progress: OnProgress | None = None) -> Recogniser:
    """As `load_recogniser`; shows a download in the terminal besides where `on_progress` leads."""
    with download_progress(settings.model) as show:

        def both(received: int, total: int | None) -> None:
            show(received, total)
            if on_progress:
                on_progress(received, total)

        return load_recogniser(settings, both)
