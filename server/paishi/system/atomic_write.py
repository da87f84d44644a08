"""Atomic writes, for files and folders that others read meanwhile."""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
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


@contextmanager
def whole_folder(target: Path, replace: bool = False) -> Iterator[Path]:
    """Yields an empty folder that becomes `target` after the block.

    If anything fails, it vanishes, and `target` stays as it was. `target` may be an empty folder or, with
    `replace`, any. Raises OSError.
    """
    above = next(parent for parent in target.parents if parent.exists())
    new = above / f".{target.name}.{secrets.token_hex(8)}.part"
    old = above / f".{target.name}.{secrets.token_hex(8)}.old"
    new.mkdir()
    try:
        yield new
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists():
            if replace:
                os.replace(target, old)
            else:
                target.rmdir()
        try:
            os.replace(new, target)
        except OSError:
            if old.exists():
                os.replace(old, target)
            raise
    finally:
        shutil.rmtree(new, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)
