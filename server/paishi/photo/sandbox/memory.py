"""How much memory a process that decodes may take."""

import sys

_BASE = 300_000_000
"""Bytes for the interpreter, the libraries, their threads' stacks and the file itself."""

_A_PIXEL = 18
"""Bytes: the worst honest photo, a WebP, takes 16 while it is decoded."""

if sys.platform == "win32":

    def limit_memory(max_pixels: int) -> None:
        """Nothing bounds it here but the header's pixels and the time."""

else:
    import contextlib
    import resource

    # Data, not addresses, where the system counts them: allocators reserve far more than they use.
    _LIMITED = resource.RLIMIT_DATA if sys.platform == "linux" else resource.RLIMIT_AS

    def limit_memory(max_pixels: int) -> None:
        """Bounds this process's memory by what an honest picture of `max_pixels` takes."""
        _, most = resource.getrlimit(_LIMITED)
        limit = _BASE + _A_PIXEL * max_pixels
        # macOS knows the limit and does not always let it be set: time alone is the bound there.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(
                _LIMITED, (limit if most == resource.RLIM_INFINITY else min(limit, most), most)
            )
