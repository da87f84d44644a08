"""Resumable download of one file: the target appears only once it is complete and verified."""

import errno
import json
import logging
import os
import re
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import httpx

from paishi.models.backbone import Weights
from paishi.models.errors import DownloadFailed, WeightsCorrupt
from paishi.models.weights.integrity import check_file
from paishi.system.passing_fault import FULL_DISK

log = logging.getLogger(__name__)

OnProgress = Callable[[int, int | None], None]
"""Called with the bytes received so far and the total bytes, None if unknown."""

_SPARE = 50_000_000
"""Bytes of the disk that a download leaves free for everything else."""
_REDIRECTS = 20
_MB = 1_000_000
_AGAIN_LATER = {408, 425, 429, 500, 502, 503, 504}


@dataclass(frozen=True, slots=True)
class Patience:
    """Retry limits and timeouts, in seconds except for `attempts`.

    `attempts` bounds consecutive failures that brought no new bytes; the wait between them doubles from
    `backoff` up to 16 times. `read` is the longest silence within a response, `other_process` the longest
    wait for another process that downloads the same file, `wrong` the first pause of an address after wrong
    bytes: see `paishi.models.weights.find`.
    """

    attempts: int = 5
    backoff: float = 0.5
    connect: float = 10
    read: float = 30
    other_process: float = 600
    wrong: float = 30


class _Broken(Exception):
    """A transient failure of the connection or the server."""


@dataclass(slots=True)
class _Part:
    """The incomplete file, of at most `largest` bytes, and the version of it on the server.

    `validator` is the server's ETag or date, without which a download cannot be resumed safely; `joined` is
    True once the file has come in several responses.
    """

    file: Path
    url: str
    largest: int
    validator: str | None = None
    joined: bool = False

    @property
    def note(self) -> Path:
        return self.file.with_name(self.file.name + ".json")

    @property
    def size(self) -> int:
        return self.file.stat().st_size if self.file.exists() else 0

    def recall(self) -> None:
        """Resumes the rest of an earlier process if it has the same address.

        Another address begins anew, and replaces what is there only once it delivers something.
        """
        try:
            noted = json.loads(self.note.read_bytes())
        except (OSError, ValueError):
            noted = {}
        if isinstance(noted, dict) and noted.get("url") == self.url and self.size:
            self.validator = noted.get("validator")

    def start(self, response: httpx.Response) -> None:
        """Empties the file and records the version of `response`."""
        etag = response.headers.get("etag", "")
        strong = (
            etag if etag and not etag.startswith("W/") else None
        )  # weak ones are not allowed: RFC 9110, 13.1.5
        self.validator = strong or response.headers.get("last-modified")
        self.joined = False
        self.file.write_bytes(b"")
        self.note.write_text(json.dumps({"url": self.url, "validator": self.validator}))

    def drop(self) -> None:
        self.validator = None
        self.file.unlink(missing_ok=True)
        self.note.unlink(missing_ok=True)


def download(
    url: str,
    target: Path,
    largest: int,
    published: Weights | None = None,
    on_progress: OnProgress | None = None,
    patience: Patience | None = None,
) -> None:
    """Downloads `url` to `target`, whose folder exists, and checks it against the hash of `published`.

    Until then the bytes are in `<name>.part` beside it. That file stays after a failure, unless the disk is
    full or the bytes are wrong, and the next call resumes it. Nothing beyond `largest` bytes is written. Only
    one process may do this at a time: see `paishi.models.weights.find`.

    Raises DownloadFailed if the address does not deliver, WeightsCorrupt if it delivers other bytes, or more.
    """
    part = _Part(target.with_name(target.name + ".part"), url, largest)
    patience = patience or Patience()
    try:
        part.recall()
        try:
            _fetch_checked(part, published, on_progress, patience)
        except WeightsCorrupt:
            if not part.joined:
                raise
            # Some servers ignore If-Range and send the rest of another file.
            log.info("The parts of %s do not match; downloading all of it again.", url)
            _fetch_checked(part, published, on_progress, patience)
        os.replace(part.file, target)
        part.drop()
    except OSError as error:
        if error.errno in FULL_DISK:  # a kept part would keep the disk full
            with suppress(OSError):
                part.drop()
        raise DownloadFailed(f"{target} cannot be written: {error.strerror or error}.") from error


def _fetch_checked(
    part: _Part, published: Weights | None, on_progress: OnProgress | None, patience: Patience
) -> None:
    try:
        _fetch(part, on_progress, patience)
        check_file(part.file, published)
    except WeightsCorrupt:
        part.drop()
        raise


def _fetch(part: _Part, on_progress: OnProgress | None, patience: Patience) -> None:
    """Completes the part file across broken connections."""
    timeout = httpx.Timeout(patience.read, connect=patience.connect)
    failures = 0
    with httpx.Client(timeout=timeout) as client:
        while True:
            before = part.size
            try:
                _attempt(client, part, on_progress)
            except _Broken as broken:
                failures = 0 if part.size > before else failures + 1
                if failures >= patience.attempts:
                    raise DownloadFailed(f"{broken}, {failures} times.") from broken
                log.info("%s: %s; trying again from byte %d.", part.url, broken, part.size)
                time.sleep(patience.backoff * 2 ** min(failures, 4))
            else:
                return


def _attempt(client: httpx.Client, part: _Part, on_progress: OnProgress | None) -> None:
    """Sends one request. Raises _Broken if a retry may succeed, DownloadFailed otherwise."""
    # An encoded body could be neither resumed nor counted.
    headers = {"Accept-Encoding": "identity"}
    if part.validator and part.size:
        headers |= {"Range": f"bytes={part.size}-", "If-Range": part.validator}
    try:
        _request(client, client.build_request("GET", part.url, headers=headers), part, on_progress)
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        if part.validator:
            raise _Broken("cannot connect any more") from error
        raise DownloadFailed(f"cannot connect ({_reason(error)}).") from error
    except httpx.ReadTimeout as error:
        raise _Broken("the server fell silent") from error
    except httpx.TransportError as error:
        if isinstance(error, httpx.UnsupportedProtocol):
            raise DownloadFailed("is no http or https address.") from error
        raise _Broken(f"the connection broke ({_reason(error)})") from error
    except httpx.InvalidURL as error:
        raise DownloadFailed(f"is no usable address ({_reason(error)}).") from error


def _request(
    client: httpx.Client, request: httpx.Request, part: _Part, on_progress: OnProgress | None
) -> None:
    """Follows redirects. HTTPX would read all of their bodies into memory."""
    for _ in range(_REDIRECTS):
        response = client.send(request, stream=True)
        try:
            if response.next_request is None:
                return _receive(response, part, on_progress)
            request = response.next_request
        finally:
            response.close()
    raise DownloadFailed(f"redirects more than {_REDIRECTS} times.")


def _reason(error: Exception) -> str:
    return re.sub(r"^\[Errno -?\d+\] ", "", str(error)) or type(error).__name__


def _receive(response: httpx.Response, part: _Part, on_progress: OnProgress | None) -> None:
    if (
        response.status_code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
        and response.headers.get("content-range") == f"bytes */{part.size}"
    ):
        return  # an earlier process received all of it and ended before it could rename the file
    _check_status(response, part)
    if (encoding := response.headers.get("content-encoding", "identity").lower()) != "identity":
        raise DownloadFailed(f"sends the file compressed ({encoding}), although that was not accepted.")
    if response.status_code == HTTPStatus.PARTIAL_CONTENT:
        part.joined = True
    else:  # the whole file, even if a range was requested
        part.start(response)
    total = _total(response, part.size)
    if total is not None:
        _check_size(part, total)
    room = _room(part, total)
    received = _write(response, part, room, lambda received: on_progress and on_progress(received, total))
    if total is not None and received < total:
        raise _Broken(f"the response ended after {received:,} of {total:,} bytes")


def _write(response: httpx.Response, part: _Part, room: int, on_received: Callable[[int], object]) -> int:
    """Appends the body and returns the size of the file, which stays within `room` and `part.largest`."""
    received = part.size
    with part.file.open("ab") as file:
        for chunk in response.iter_raw():  # with a chunk size, the last chunk before a break is lost
            received += len(chunk)
            _check_size(part, received)
            if received > room:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            file.write(chunk)
            on_received(received)
        # To the disk before the rename, so that a power cut cannot leave a torn file.
        file.flush()
        os.fsync(file.fileno())
    return received


def _check_status(response: httpx.Response, part: _Part) -> None:
    status = response.status_code
    phrase = f"answers {status} {response.reason_phrase}".rstrip()
    if status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and part.size:
        part.drop()
        raise _Broken("the server has no more bytes than were received")
    if status == HTTPStatus.PARTIAL_CONTENT:
        if not response.headers.get("content-range", "").startswith(f"bytes {part.size}-"):
            part.drop()
            raise _Broken("the server sent another range than requested")
    elif status in _AGAIN_LATER:
        raise _Broken(phrase)
    elif status != HTTPStatus.OK:
        raise DownloadFailed(f"{phrase}.")


def _total(response: httpx.Response, have: int) -> int | None:
    length = response.headers.get("content-length", "")
    return have + int(length) if length.isdigit() else None


def _check_size(part: _Part, size: int) -> None:
    """Raises WeightsCorrupt if `size` is more than the file can have."""
    if size > part.largest:
        most = f"{part.largest / _MB:,.0f} MB"
        raise WeightsCorrupt(f"it is longer than {most}, which is the most that the file can have.")


def _room(part: _Part, total: int | None) -> int:
    """Returns how large the file can become on its disk. Raises DownloadFailed if `total` is more."""
    free = max(shutil.disk_usage(part.file.parent).free - _SPARE, 0)
    if total is not None and total - part.size > free:
        raise DownloadFailed(
            f"needs {(total - part.size) / _MB:,.0f} MB but {part.file.parent} has {free / _MB:,.0f} MB left "
            f"(apart from {_SPARE / _MB:.0f} MB that it keeps free)."
        )
    return part.size + free
