"""Memory limit of a decoding process."""

import sys

_BASE = 300_000_000
"""Bytes for the interpreter, libraries, stacks and the file."""

_A_PIXEL = 18
"""Bytes: the costliest valid photo, a WebP, takes 16 during decoding."""

if sys.platform == "win32":

    def limit_memory(max_pixels: int) -> None:
        """Does nothing: on Windows only the header's pixels and the time limit bound memory."""

else:
    import contextlib
    import resource

    # Linux limits data rather than address space, of which allocators reserve far more than they use.
    _LIMITED = resource.RLIMIT_DATA if sys.platform == "linux" else resource.RLIMIT_AS

    def limit_memory(max_pixels: int) -> None:
        """Bounds this process's memory to that of a valid picture of `max_pixels`."""
        _, most = resource.getrlimit(_LIMITED)
        limit = _BASE + _A_PIXEL * max_pixels
        # macOS may refuse to set the limit; then only the time limit applies.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(
                _LIMITED, (limit if most == resource.RLIM_INFINITY else min(limit, most), most)
            )
