"""Resumable download of one file: the target appears only once it is complete and verified."""

import errno
import json
import logging
import os
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import httpx

from paishi.models.backbone import PublishedWeights
from paishi.models.errors import DownloadFailed, WeightsCorrupt
from paishi.models.weights.integrity import check_file

log = logging.getLogger(__name__)

OnProgress = Callable[[int, int | None], None]
"""Called with the bytes received so far and the total bytes, None if unknown."""

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_AGAIN_LATER = {408, 425, 429, 500, 502, 503, 504}


@dataclass(frozen=True, slots=True)
class Patience:
    """Retry limits and timeouts, in seconds except for `attempts`.

    `attempts` bounds consecutive failures that brought no new bytes; the wait between them doubles from
    `backoff` up to 16 times. `read` is the longest silence within a response, `other_process` the longest
    wait for another process that downloads the same file.
    """

    attempts: int = 5
    backoff: float = 0.5
    connect: float = 10
    read: float = 30
    other_process: float = 600


class _Broken(Exception):
    """A transient failure of the connection or the server."""


@dataclass(slots=True)
class _Part:
    """The incomplete file and the version of it on the server.

    `validator` is the server's ETag or date, without which a download cannot be resumed safely; `joined` is
    True once the file has come in several responses.
    """

    file: Path
    url: str
    validator: str | None = None
    joined: bool = False

    @property
    def note(self) -> Path:
        return self.file.with_name(self.file.name + ".json")

    @property
    def size(self) -> int:
        return self.file.stat().st_size if self.file.exists() else 0

    def recall(self) -> None:
        """Resumes the rest of an earlier process if it has the same address; deletes it otherwise."""
        try:
            noted = json.loads(self.note.read_bytes())
        except (OSError, ValueError):
            noted = {}
        if isinstance(noted, dict) and noted.get("url") == self.url and self.size:
            self.validator = noted.get("validator")
        if self.validator is None:
            self.drop()

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
    published: PublishedWeights | None = None,
    on_progress: OnProgress | None = None,
    patience: Patience | None = None,
) -> None:
    """Downloads `url` to `target`, whose folder exists, and checks it against the hash of `published`.

    Until then the bytes are in `<name>.part` beside it. That file stays after a failure, unless the disk is
    full, and the next call resumes it. Only one process may do this at a time: see
    `paishi.models.weights.find`.

    Raises DownloadFailed if the address does not deliver, WeightsCorrupt if it delivers other bytes.
    """
    part = _Part(target.with_name(target.name + ".part"), url)
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
        if error.errno in _FULL:  # a kept part would keep the disk full
            with suppress(OSError):
                part.drop()
        raise DownloadFailed(f"{target} cannot be written: {error.strerror or error}.") from error


def _fetch_checked(
    part: _Part, published: PublishedWeights | None, on_progress: OnProgress | None, patience: Patience
) -> None:
    _fetch(part, on_progress, patience)
    try:
        check_file(part.file, published)
    except WeightsCorrupt:
        part.drop()
        raise


def _fetch(part: _Part, on_progress: OnProgress | None, patience: Patience) -> None:
    """Completes the part file across broken connections."""
    timeout = httpx.Timeout(patience.read, connect=patience.connect)
    failures = 0
    with httpx.Client(timeout=timeout, follow_redirects=True) as client:
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
        with client.stream("GET", part.url, headers=headers) as response:
            _receive(response, part, on_progress)
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        if part.size:
            raise _Broken("cannot connect any more") from error
        raise DownloadFailed(f"cannot connect ({_reason(error)}).") from error
    except httpx.ReadTimeout as error:
        raise _Broken("the server fell silent") from error
    except httpx.TransportError as error:
        if isinstance(error, httpx.UnsupportedProtocol):
            raise DownloadFailed("is no http or https address.") from error
        raise _Broken(f"the connection broke ({_reason(error)})") from error
    except (httpx.InvalidURL, httpx.TooManyRedirects) as error:
        raise DownloadFailed(f"is no usable address ({_reason(error)}).") from error


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__


def _receive(response: httpx.Response, part: _Part, on_progress: OnProgress | None) -> None:
    if (
        response.status_code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
        and response.headers.get("content-range") == f"bytes */{part.size}"
    ):
        return  # an earlier process received all of it and ended before it could rename the file
    _check_status(response, part)
    if response.status_code == HTTPStatus.PARTIAL_CONTENT:
        part.joined = True
    else:  # the whole file, even if a range was requested
        part.start(response)
    total = _total(response, part.size)
    _check_space(part, total)
    received = part.size
    with part.file.open("ab") as file:
        for chunk in response.iter_raw():  # with a chunk size, the last chunk before a break is lost
            file.write(chunk)
            received += len(chunk)
            if on_progress:
                on_progress(received, total)
        # To the disk before the rename, so that a power cut cannot leave a torn file.
        file.flush()
        os.fsync(file.fileno())
    if total is not None and received < total:
        raise _Broken(f"the response ended after {received:,} of {total:,} bytes")


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


def _check_space(part: _Part, total: int | None) -> None:
    free = shutil.disk_usage(part.file.parent).free
    if total is not None and total - part.size > free:
        mb = 1_000_000
        raise DownloadFailed(
            f"needs {(total - part.size) / mb:,.0f} MB but {part.file.parent} has {free / mb:,.0f} MB left."
        )
