"""One file from one address: resumed after a break, complete and right, or not there at all."""

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
from typing import IO

import httpx

from paishi.models.backbone import PublishedWeights
from paishi.models.errors import DownloadFailed, WeightsCorrupt
from paishi.models.weights.integrity import check_file

log = logging.getLogger(__name__)

OnProgress = Callable[[int, int | None], None]
"""Gets the bytes received so far and the bytes in all, None where the server does not say."""

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_AGAIN_LATER = {408, 425, 429, 500, 502, 503, 504}


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to put up with a bad line. Seconds, but for `attempts`.

    `attempts` counts breaks one after the other that brought nothing new; the wait between them doubles
    from `backoff` to at most 16 times it. `read` is the longest silence within an answer, `other_process` the
    longest wait for a process that downloads the same file.
    """

    attempts: int = 5
    backoff: float = 0.5
    connect: float = 10
    read: float = 30
    other_process: float = 600


class _Broken(Exception):
    """The connection or the server failed in a way that may pass."""


@dataclass(slots=True)
class _Part:
    """The file while it is incomplete, and which version at the server it is the beginning of.

    `validator` is the server's ETag or date; without one, nobody can say whether the rest still fits.
    `joined` is true once it came in more than one answer.
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
        """Takes up what an earlier process left of the same address, and drops anything else."""
        try:
            noted = json.loads(self.note.read_bytes())
        except (OSError, ValueError):
            noted = {}
        if isinstance(noted, dict) and noted.get("url") == self.url and self.size:
            self.validator = noted.get("validator")
        if self.validator is None:
            self.drop()

    def start(self, response: httpx.Response) -> None:
        """From here on the file is the beginning of what `response` carries."""
        etag = response.headers.get("etag", "")
        strong = etag if etag and not etag.startswith("W/") else None  # RFC 9110, 13.1.5: weak ones do not do
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
    """Puts what is at `url` under `target`, whose folder exists; `published` has the hash to check.

    Until it is complete and checked it lies beside as `<name>.part`; that stays after a failure, unless the
    disk is full, and the next call goes on from there. One process at a time: see
    `paishi.models.weights.find`.

    Raises DownloadFailed where the address does not give it, WeightsCorrupt where it gives other bytes.
    """
    part = _Part(target.with_name(target.name + ".part"), url)
    patience = patience or Patience()
    try:
        part.recall()
        try:
            _fetch(part, on_progress, patience)
            _check(part, published)
        except WeightsCorrupt:
            if not part.joined:
                raise
            # The pieces may be of different files: servers exist that answer If-Range wrongly.
            log.info("The pieces downloaded from %s do not fit together; once more from the start.", url)
            _fetch(part, on_progress, patience)
            _check(part, published)
        os.replace(part.file, target)
        part.drop()
    except OSError as error:
        if error.errno in _FULL:  # what is kept for later would keep the disk full
            with suppress(OSError):
                part.drop()
        raise DownloadFailed(f"{target} cannot be written: {error.strerror or error}.") from error


def _check(part: _Part, published: PublishedWeights | None) -> None:
    try:
        check_file(part.file, published)
    except WeightsCorrupt:
        part.drop()
        raise


def _fetch(part: _Part, on_progress: OnProgress | None, patience: Patience) -> None:
    """Fills the part file to its end, however often the connection breaks."""
    timeout = httpx.Timeout(patience.read, connect=patience.connect)
    in_vain = 0
    with httpx.Client(timeout=timeout, follow_redirects=True) as client:
        while True:
            before = part.size
            try:
                _attempt(client, part, on_progress)
            except _Broken as broken:
                in_vain = 0 if part.size > before else in_vain + 1
                if in_vain >= patience.attempts:
                    raise DownloadFailed(f"{broken}, {in_vain} times.") from broken
                log.info("%s: %s; trying again from byte %d.", part.url, broken, part.size)
                time.sleep(patience.backoff * 2 ** min(in_vain, 4))
            else:
                return


def _attempt(client: httpx.Client, part: _Part, on_progress: OnProgress | None) -> None:
    """One request. Raises _Broken where another may do better, DownloadFailed where not."""
    # What is encoded for the way could neither be resumed nor counted.
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
    if _was_complete(response, part):
        return
    _check_status(response, part)
    if response.status_code == HTTPStatus.PARTIAL_CONTENT:
        part.joined = True
    else:  # the whole, asked for or not
        part.start(response)
    total = _total(response, part.size)
    _check_space(part, total)
    received = part.size
    with part.file.open("ab") as file:
        for chunk in response.iter_raw():  # of any size: one of a given size is lost when the line breaks
            file.write(chunk)
            received += len(chunk)
            if on_progress:
                on_progress(received, total)
        _settle(file)
    if total is not None and received < total:
        raise _Broken(f"the answer ended after {received:,} of {total:,} bytes")


def _was_complete(response: httpx.Response, part: _Part) -> bool:
    """Whether an earlier process got all of it and ended before it could say so."""
    return (
        response.status_code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
        and response.headers.get("content-range") == f"bytes */{part.size}"
    )


def _check_status(response: httpx.Response, part: _Part) -> None:
    status = response.status_code
    phrase = f"answers {status} {response.reason_phrase}".rstrip()
    if status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and part.size:
        part.drop()
        raise _Broken("the server has fewer bytes than were received")
    if status == HTTPStatus.PARTIAL_CONTENT:
        if not response.headers.get("content-range", "").startswith(f"bytes {part.size}-"):
            part.drop()
            raise _Broken("the server sent another range than was asked for")
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


def _settle(file: IO[bytes]) -> None:
    """On the disk before it gets its final name, so that a power cut cannot leave a torn file there."""
    file.flush()
    os.fsync(file.fileno())
