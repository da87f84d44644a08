"""Time limit for a block of a decoding process; the system ends the process, even within C code."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_PATIENCE = 4
"""Wall-clock limit in multiples of the CPU time limit, so that other load does not refuse a photo."""

if sys.platform == "win32":
    import faulthandler

    EXCEEDED = {1}
    """Return codes of a process that exceeded the limit."""

    @contextmanager
    def time_limit(seconds: float) -> Iterator[None]:
        """Ends this process if the block takes `seconds`. Windows has no timer of CPU time."""
        faulthandler.dump_traceback_later(seconds, exit=True)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()

else:
    EXCEEDED = {-signal.SIGPROF, -signal.SIGALRM}
    """Return codes of a process that exceeded the limit."""

    @contextmanager
    def time_limit(seconds: float) -> Iterator[None]:
        """Ends this process if the block takes `seconds` of CPU time, or four times as long."""
        signal.setitimer(signal.ITIMER_PROF, seconds)
        signal.setitimer(signal.ITIMER_REAL, _PATIENCE * seconds)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.setitimer(signal.ITIMER_PROF, 0)
