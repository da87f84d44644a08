"""Memory and time limits of a decoding process, enforced by the system."""

import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

_BASE = 300_000_000
"""Bytes for the interpreter, libraries, stacks and the file."""

_A_PIXEL = 18
"""Bytes: the costliest valid photo, a WebP, takes 16 during decoding."""

PIXELS_IN_TIME = 12_000_000
"""Pixels that have to be decoded within the time limit; more have proportionally more time."""

_LEAST_S = 0.001  # a timer of 0 s never ends

_PATIENCE = 4
"""Wall-clock limit in multiples of the CPU time limit, so that other load does not refuse a photo."""

if sys.platform == "win32":
    import faulthandler

    EXCEEDED = {1}
    """Return codes of a process that exceeded its time limit."""

    def has_crashed(code: int) -> bool:
        """Whether a process with this return code ended by its own fault, a system exception (NTSTATUS)."""
        return code >= 0xC0000000

    def limit_memory(max_pixels: int) -> None:
        """Does nothing: on Windows only the header's pixels and the time limit bound memory."""

    @contextmanager
    def time_limit(seconds: float) -> Iterator[Callable[[float], None]]:
        """Ends this process if the block takes `seconds`. Windows has no timer of CPU time.

        Yields a function that replaces the limit, in seconds since the beginning of the block.
        """
        began = time.monotonic()

        def limit(seconds: float) -> None:
            faulthandler.dump_traceback_later(max(_LEAST_S, began + seconds - time.monotonic()), exit=True)

        limit(seconds)
        try:
            yield limit
        finally:
            faulthandler.cancel_dump_traceback_later()

else:
    import resource

    # Linux limits data rather than address space, of which allocators reserve far more than they use.
    _LIMITED = resource.RLIMIT_DATA if sys.platform == "linux" else resource.RLIMIT_AS

    EXCEEDED = {-signal.SIGPROF, -signal.SIGALRM}
    """Return codes of a process that exceeded its time limit."""

    _CRASHES = {signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGABRT, signal.SIGTRAP}

    def has_crashed(code: int) -> bool:
        """Whether a process with this return code was ended by its own fault, and not by another process or
        the kernel, which sends SIGKILL when memory is short."""
        return -code in _CRASHES

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
    def time_limit(seconds: float) -> Iterator[Callable[[float], None]]:
        """Ends this process, even in C code, if the block takes `seconds` of CPU time or four times that.

        Yields a function that replaces the limit, in seconds since the beginning of the block.
        """
        cpu, clock = time.process_time(), time.monotonic()

        def limit(seconds: float) -> None:
            left = cpu + seconds - time.process_time()
            left_on_clock = clock + _PATIENCE * seconds - time.monotonic()
            signal.setitimer(signal.ITIMER_PROF, max(_LEAST_S, left))
            signal.setitimer(signal.ITIMER_REAL, max(_LEAST_S, left_on_clock))

        limit(seconds)
        try:
            yield limit
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.setitimer(signal.ITIMER_PROF, 0)
