"""A network that may be replaced while requests still wait for its answer."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from paishi.recognition.recogniser import Recogniser


class Lease:
    """Counts who holds `recogniser`, and closes its runtime once it is retired and the last has let go.

    For one event loop: only the closing happens on another thread.
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
            # A batch whose callers have all gone may still run, and closing waits for it.
            threading.Thread(target=self.recogniser.runtime.close, name="close-network", daemon=True).start()
