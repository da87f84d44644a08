"""Finds weights: a file, an address, or Keras's cache and the places that fill it.

Importing this loads neither TensorFlow nor Keras.
"""

import hashlib
import logging
import math
import os
import re
import shlex
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from filelock import FileLock, Timeout

from paishi.contract import MissingWeights
from paishi.models.backbone import Backbone, FetchedWeights, PackagedWeights, PaddleArchive
from paishi.models.errors import DownloadFailed, ModelError, WeightsCorrupt, WeightsUnavailable
from paishi.models.weights.download import OnProgress, Patience, download
from paishi.models.weights.integrity import check_file, held, hold
from paishi.models.weights.keras_cache import cached_file, is_address, is_published
from paishi.models.weights.package import how_to_install, package_file
from paishi.models.weights.sources import NAMES, Source, sources_of
from paishi.system.passing_fault import is_passing

log = logging.getLogger(__name__)

_KERAS = (".weights.h5", ".h5")  # the longer one first
_PADDLE = (".tar",)
_TIMES_PUBLISHED = 4
"""Largest file at an address of PAISHI_WEIGHTS, in sizes of the published one: training stores up to three
values for each weight."""
_LONGEST_PAUSE_S = 3600.0
_wrong: dict[str, tuple[float, float]] = {}
"""Addresses that delivered wrong bytes: until when (`time.monotonic`) they are not tried, and that pause."""


def find_weights(
    backbone: Backbone,
    source: str,
    keras_home: Path,
    mirrors: Sequence[str] = (),
    on_progress: OnProgress | None = None,
    *,
    places: Sequence[str] = NAMES,
    patience: Patience | None = None,
) -> Path:
    """Returns a complete weights file for `backbone`; blocks while it is downloaded.

    `source` is "imagenet" for the published weights, a path, or an http(s) address. Published weights come
    from `keras_home`/models, then from the `places` of `paishi.models.weights.sources` in order, of which one
    is the `mirrors`. Files from an address are kept in `keras_home`/models. A mirror is the address of a
    folder, or one with `{file}` as placeholder of the name. A file without a published hash is held to the
    one that it had at its first download.

    Raises WeightsUnavailable.
    """
    patience = patience or Patience()
    if is_published(source):
        weights = backbone.weights
        if isinstance(weights, PackagedWeights):
            return _packaged(backbone.name, weights)
        target = cached_file(backbone, keras_home)
        sources = sources_of(backbone, weights, places, mirrors)
        return _published(backbone, weights, target, sources, on_progress, patience)
    if is_address(source):
        return _from_address(source, backbone, keras_home / "models", on_progress, patience)
    return _from_path(Path(source).expanduser(), backbone)


def weights_location(backbone: Backbone, source: str, keras_home: Path) -> Path:
    """Path at which `find_weights` finds or puts the file, which may not exist yet."""
    if is_published(source):
        return cached_file(backbone, keras_home)
    if is_address(source):
        return _kept(source, backbone, keras_home / "models")
    return Path(source).expanduser()


def _packaged(name: str, weights: PackagedWeights) -> Path:
    file = package_file(weights)
    if not file.is_file():
        raise WeightsUnavailable(f"The weights of {name} are in a package: {how_to_install(weights)}.")
    try:
        check_file(file, weights)
    except WeightsCorrupt as error:
        raise WeightsUnavailable(
            f"{file} is damaged: {error} Install it again: {how_to_install(weights)} --force-reinstall."
        ) from error
    return file


def _from_path(file: Path, backbone: Backbone) -> Path:
    if not file.is_file():
        raise WeightsUnavailable(f"PAISHI_WEIGHTS={file}: there is no such file.")
    _need_suffix(file.name, str(file), backbone)
    return file


def _from_address(
    url: str, backbone: Backbone, folder: Path, on_progress: OnProgress | None, patience: Patience
) -> Path:
    target = _kept(url, backbone, folder)
    largest = _TIMES_PUBLISHED * backbone.largest_download
    form = backbone.weights if isinstance(backbone.weights, PaddleArchive) else None
    if target.is_file():
        return target
    try:
        with _alone(target, patience):
            if not target.is_file():
                _download(url, target, largest, form, on_progress, patience)
    except ModelError as error:
        raise WeightsUnavailable(f"PAISHI_WEIGHTS={url}: {error}") from error
    return target


def _download(
    url: str,
    target: Path,
    largest: int,
    published: FetchedWeights | None,
    on_progress: OnProgress | None,
    patience: Patience,
) -> None:
    """As `download`, but pauses, longer each time, for an address that delivers wrong bytes.

    It probably does so again, and each time it would send all of them.
    """
    until, pause = _wrong.get(url, (0.0, 0.0))
    if (left := until - time.monotonic()) > 0:
        raise DownloadFailed(f"sent wrong bytes; it is tried again in {math.ceil(left)} s.")
    try:
        download(url, target, largest, published, on_progress, patience)
    except WeightsCorrupt:
        pause = min(max(2 * pause, patience.wrong), _LONGEST_PAUSE_S)
        _wrong[url] = time.monotonic() + pause, pause
        raise
    _wrong.pop(url, None)


def _kept(url: str, backbone: Backbone, folder: Path) -> Path:
    """Path for each address: two addresses may use one file name for different weights."""
    name = PurePosixPath(urlsplit(url).path).name
    suffix = _need_suffix(name, url, backbone)
    stem = re.sub(r"[^\w.-]", "_", name.removesuffix(suffix))
    return folder / f"{stem}-{hashlib.sha256(url.encode()).hexdigest()[:8]}{suffix}"


def _need_suffix(name: str, where: str, backbone: Backbone) -> str:
    suffixes = _PADDLE if isinstance(backbone.weights, PaddleArchive) else _KERAS
    for suffix in suffixes:
        if name.endswith(suffix):
            return suffix
    raise WeightsUnavailable(
        f"PAISHI_WEIGHTS={where} is no file of weights: its name must end in {' or '.join(suffixes)}."
    )


def _published(
    backbone: Backbone,
    published: FetchedWeights,
    target: Path,
    sources: Sequence[Source],
    on_progress: OnProgress | None,
    patience: Patience,
) -> Path:
    weights = held(published, target)
    fault = _fault_now(target, weights)
    if fault is None:
        return target
    reasons = [f"{target.name} in the folder of weights is not used: {fault}"] if fault else []
    try:
        with _alone(target, patience):
            if _fault_now(target, weights) is None:  # another process has downloaded it meanwhile
                return target
            for source in sources:
                log.debug("Downloading the weights of %s from %s", backbone.name, source.url)
                try:
                    _download(source.url, target, backbone.largest_download, weights, on_progress, patience)
                except ModelError as error:
                    log.debug("%s: %s", source.url, error)
                    reasons.append(f"{source.shown}: {error}")
                else:
                    _hold(target, weights)
                    return target
    except DownloadFailed as error:
        reasons.append(str(error))
    if not sources:
        reasons.append("PAISHI_WEIGHTS_SOURCES allows no address of it.")
    why = "; ".join(reason.rstrip(".") for reason in reasons)
    raise WeightsUnavailable(
        f"The weights of {backbone.name} could not be obtained: {why}.",
        reasons,
        _missing(backbone, published, target, is_resumed=not fault or "cut off" in fault),
    )


def _missing(backbone: Backbone, published: FetchedWeights, target: Path, is_resumed: bool) -> MissingWeights:
    # Of the publishers only: a mirror can be private.
    urls = [source.url for source in sources_of(backbone, published, NAMES)]
    return MissingWeights(
        file=target.name,
        size=published.bytes,
        hash=f"{published.hash_algorithm}:{published.hash}" if published.hash else None,
        urls=urls,
        folder=str(target.parent),
        command=_curl(urls[0], target, is_resumed),
    )


def _curl(url: str, target: Path, is_resumed: bool) -> str:
    """The command line, for the system's shell; `is_resumed` continues a file that is there."""
    resume = ["-C", "-"] if is_resumed else []
    command = ["curl", "-fL", *resume, "--create-dirs", "-o", str(target), url]
    return subprocess.list2cmdline(command) if os.name == "nt" else shlex.join(command)


def _hold(file: Path, weights: FetchedWeights) -> None:
    if weights.hash:
        return
    try:
        sha256 = hold(file)
    except OSError as error:
        log.warning("the hash of %s cannot be written down: %s", file, error.strerror)
    else:
        log.warning("%s: no hash is published; sha256 %s is expected from now on.", file, sha256)


def _fault_now(file: Path, published: FetchedWeights) -> str | None:
    """What is wrong with `file`, "" if it is not there, None if it is right.

    Raises WeightsUnavailable if that cannot be seen at the moment.
    """
    try:
        state = file.stat()
        return _fault(file, published, (state.st_ino, state.st_size, state.st_mtime_ns)) or None
    except OSError as error:
        if is_passing(error):
            raise WeightsUnavailable(f"{file} cannot be read now ({error.strerror}).") from error
        return (
            ""
            if isinstance(error, FileNotFoundError | NotADirectoryError)
            else f"it cannot be read ({error.strerror})."
        )


@lru_cache(maxsize=4)
def _fault(file: Path, published: FetchedWeights, state: tuple[int, ...]) -> str:
    """What is wrong with `file` in this `state`, "" for nothing; a retry reads only a changed file."""
    try:
        check_file(file, published)
    except WeightsCorrupt as error:
        log.warning("%s is not used: %s", file, error)
        return str(error)
    return ""


@contextmanager
def _alone(target: Path, patience: Patience) -> Iterator[None]:
    """Locks `target` against other processes; the system releases the lock if this process ends."""
    lock = FileLock(target.with_name(target.name + ".lock"), timeout=patience.other_process)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise DownloadFailed(f"another process has held {lock.lock_file} too long.") from error
    except OSError as error:
        raise DownloadFailed(f"{target.parent} cannot be written: {error.strerror or error}.") from error
    try:
        yield
    finally:
        lock.release()
