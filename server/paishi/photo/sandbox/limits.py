"""Memory and time limits of a decoding process, enforced by the system."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_BASE = 300_000_000
"""Bytes for the interpreter, libraries, stacks and the file."""

_A_PIXEL = 18
"""Bytes: the costliest valid photo, a WebP, takes 16 during decoding."""

_PATIENCE = 4
"""Wall-clock limit in multiples of the CPU time limit, so that other load does not refuse a photo."""

if sys.platform == "win32":
    import faulthandler

    EXCEEDED = {1}
    """Return codes of a process that exceeded its time limit."""

    def limit_memory(max_pixels: int) -> None:
        """Does nothing: on Windows only the header's pixels and the time limit bound memory."""

    @contextmanager
    def time_limit(seconds: float) -> Iterator[None]:
        """Ends this process if the block takes `seconds`. Windows has no timer of CPU time."""
        faulthandler.dump_traceback_later(seconds, exit=True)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()

else:
    import resource

    # Linux limits data rather than address space, of which allocators reserve far more than they use.
    _LIMITED = resource.RLIMIT_DATA if sys.platform == "linux" else resource.RLIMIT_AS

    EXCEEDED = {-signal.SIGPROF, -signal.SIGALRM}
    """Return codes of a process that exceeded its time limit."""

    def limit_memory(max_pixels: int) -> None:
        """Bounds this process's memory to that of a valid picture of `max_pixels`."""
        _, most = resource.getrlimit(_LIMITED)
        limit = _BASE + _A_PIXEL * max_pixels
        # macOS may refuse to set the limit; then only the time limit applies.
        with suppress(ValueError, OSError):
            resource.setrlimit(
                _LIMITED, (limit if most == resource.RLIM_INFINITY else min(limit, most), most)
            )

    @contextmanager
    def time_limit(seconds: float) -> Iterator[None]:
        """Ends this process, even in C code, if the block takes `seconds` of CPU time or four times that."""
        signal.setitimer(signal.ITIMER_PROF, seconds)
        signal.setitimer(signal.ITIMER_REAL, _PATIENCE * seconds)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.setitimer(signal.ITIMER_PROF, 0)
