"""What stays for as long as a network is left out of Python's garbage collections."""

import asyncio
import gc

SETTLED_S = 30.0
"""After a network has become ready: by then whoever asked the one before has been answered."""

_OFTEN = (7000, 10, 10)
"""A tenth as often as Python's own. Requests leave nothing to collect, but hundreds that wait are looked at:
of ten times the load that ResNet50 can carry, the 99th percentile was refused within 50 ms instead of 90."""


class GcTuning:
    """A full collection looks at every object there is, and meanwhile nobody is answered: 170 ms with all the
    modules and the network, which never are garbage. A crowd makes it happen every few seconds.
    """

    def __init__(self, after_s: float = SETTLED_S) -> None:
        self._after_s = after_s
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        """A network has become ready, and the one before may be garbage soon. Within an event loop."""
        gc.set_threshold(*_OFTEN)
        gc.unfreeze()
        if self._timer:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(self._after_s, _set_aside)


def _set_aside() -> None:
    gc.collect()
    gc.freeze()
