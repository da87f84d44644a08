"""Atomic writes, for files that others read meanwhile."""

import os
import secrets
from functools import partial
from pathlib import Path

SCRATCH = r"\.[0-9a-f]{16}\.part"
"""Pattern of the suffix of files that are being written, or whose writer was killed."""


def write_whole(file: Path, data: bytes, mode: int = 0o666) -> None:
    """Writes all of `data` or nothing, with `mode` less the umask. Raises OSError."""
    scratch = file.with_name(f"{file.name}.{secrets.token_hex(8)}.part")
    try:
        with open(scratch, "xb", opener=partial(os.open, mode=mode)) as stream:
            stream.write(data)
        os.replace(scratch, file)
    except BaseException:
        scratch.unlink(missing_ok=True)
        raise
