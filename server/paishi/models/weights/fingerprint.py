"""SHA-256 of a weights file, cached by its size and modification time."""

import hashlib
import json
import logging
from pathlib import Path

log = logging.getLogger(__name__)


def fingerprint(file: Path, memory: Path) -> str:
    """Returns the SHA-256 of `file` in hexadecimal.

    The folder `memory` caches it, so that a start does not read large weights; if that folder is not
    writable, they are read each time. Raises OSError if `file` cannot be read.
    """
    state = file.stat()
    place = str(file.resolve())
    looks = [place, state.st_size, state.st_mtime_ns]
    note = memory / f"{hashlib.sha256(place.encode(errors='surrogateescape')).hexdigest()[:16]}.json"
    try:
        noted = json.loads(note.read_bytes())
        if noted["looks"] == looks:
            return str(noted["sha256"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    with file.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    try:
        memory.mkdir(parents=True, exist_ok=True)
        note.write_text(json.dumps({"looks": looks, "sha256": sha256}))
    except OSError as error:
        log.debug("%s: %s", note, error)
    return sha256
