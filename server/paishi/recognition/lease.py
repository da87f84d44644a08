"""Keeps a model open while requests use it, even after it was replaced."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from paishi.recognition.recogniser import Recogniser


class Lease:
    """Counts the holders of `recogniser` and closes its runtime once it is retired and the count is 0.

    Use it on one event loop; only closing happens on another thread.
    """

    def __init__(self, recogniser: Recogniser) -> None:
        self.recogniser = recogniser
        self._holders = 0
        self._retired = False

    @contextmanager
    def hold(self) -> Iterator[Recogniser]:
        self._holders += 1
        try:
            yield self.recogniser
        finally:
            self._holders -= 1
            self._close_if_done()

    def retire(self) -> None:
        self._retired = True
        self._close_if_done()

    def _close_if_done(self) -> None:
        if self._retired and not self._holders:
            # Closing waits for pictures that still run after their request was cancelled.
            threading.Thread(target=self.recogniser.runtime.close, name="close-model", daemon=True).start()
