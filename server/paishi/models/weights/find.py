"""Finds weights: a file, an address, or Keras's cache and the mirrors that fill it.

Importing this loads neither TensorFlow nor Keras.
"""

import hashlib
import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from filelock import FileLock, Timeout

from paishi.models.backbone import Backbone, PublishedWeights
from paishi.models.errors import DownloadFailed, ModelError, WeightsCorrupt, WeightsUnavailable
from paishi.models.weights.download import OnProgress, Patience, download
from paishi.models.weights.integrity import check_file
from paishi.models.weights.keras_cache import cached_file, is_address, is_published

log = logging.getLogger(__name__)

_SUFFIXES = (".weights.h5", ".h5")  # the longer one first


def find_weights(
    backbone: Backbone,
    source: str,
    keras_home: Path,
    mirrors: Sequence[str] = (),
    on_progress: OnProgress | None = None,
    *,
    patience: Patience | None = None,
) -> Path:
    """Returns a complete weights file for `backbone`; blocks while it is downloaded.

    `source` is "imagenet" for the published weights, a path, or an http(s) address. Published weights come
    from `keras_home`/models, then the `mirrors` in order, then Keras's address. Files from an address are
    kept in `keras_home`/models. A mirror is the address of a folder, or one with `{file}` as placeholder of
    the name.

    Raises WeightsUnavailable.
    """
    patience = patience or Patience()
    if is_published(source):
        return _published(backbone, cached_file(backbone, keras_home), mirrors, on_progress, patience)
    if is_address(source):
        return _from_address(source, keras_home / "models", on_progress, patience)
    return _from_path(Path(source).expanduser())


def weights_location(backbone: Backbone, source: str, keras_home: Path) -> Path:
    """Path at which `find_weights` finds or puts the file, which may not exist yet."""
    if is_published(source):
        return cached_file(backbone, keras_home)
    if is_address(source):
        return _kept(source, keras_home / "models")
    return Path(source).expanduser()


def _from_path(file: Path) -> Path:
    if not file.is_file():
        raise WeightsUnavailable(f"PAISHI_WEIGHTS={file}: there is no such file. 没有这个文件。")
    _need_suffix(file.name, str(file))
    return file


def _from_address(url: str, folder: Path, on_progress: OnProgress | None, patience: Patience) -> Path:
    target = _kept(url, folder)
    if target.is_file():
        return target
    try:
        with _alone(target, patience):
            if not target.is_file():
                download(url, target, None, on_progress, patience)
    except ModelError as error:
        raise WeightsUnavailable(f"PAISHI_WEIGHTS={url}: {error}") from error
    return target


def _kept(url: str, folder: Path) -> Path:
    """Path for each address: two addresses may use one file name for different weights."""
    name = PurePosixPath(urlsplit(url).path).name
    suffix = _need_suffix(name, url)
    stem = re.sub(r"[^\w.-]", "_", name.removesuffix(suffix))
    return folder / f"{stem}-{hashlib.sha256(url.encode()).hexdigest()[:8]}{suffix}"


def _need_suffix(name: str, where: str) -> str:
    for suffix in _SUFFIXES:
        if name.endswith(suffix):
            return suffix
    raise WeightsUnavailable(
        f"PAISHI_WEIGHTS={where} is no file of weights: its name must end in .weights.h5 or .h5. "
        "权重文件名必须以 .weights.h5 或 .h5 结尾。"
    )


def _published(
    backbone: Backbone,
    target: Path,
    mirrors: Sequence[str],
    on_progress: OnProgress | None,
    patience: Patience,
) -> Path:
    if _is_cached(target, backbone.weights):
        return target
    reasons = []
    try:
        with _alone(target, patience):
            if _is_cached(target, backbone.weights):  # another process has downloaded it meanwhile
                return target
            for url in _addresses(backbone.weights, mirrors):
                log.info("Downloading the weights of %s from %s", backbone.name, url)
                try:
                    download(url, target, backbone.weights, on_progress, patience)
                except ModelError as error:
                    log.warning("%s: %s", url, error)
                    reasons.append(f"{url}: {error}")
                else:
                    return target
    except DownloadFailed as error:
        reasons.append(str(error))
    raise WeightsUnavailable(_help_text(backbone, target.parent, reasons), reasons)


def _help_text(backbone: Backbone, folder: Path, reasons: Sequence[str]) -> str:
    weights = backbone.weights
    algorithm = f"{weights.hash_algorithm} {weights.hash}" if weights.hash else None
    tried = "".join(f"\n  {reason}" for reason in reasons)
    return f"""\
The weights of {backbone.name} could not be obtained:{tried}
The file is {weights.file}, about {backbone.download_mb:.0f} MB, {algorithm or "no published hash"}, \
published at {weights.url}
Provide it in one of three ways:
  1. set PAISHI_WEIGHTS=/path/to/{weights.file}
  2. put it into {folder}
  3. set PAISHI_WEIGHTS_MIRRORS=https://… to a folder that has it
无法取得 {backbone.name} 的权重,原因见上。
所需文件:{weights.file},约 {backbone.download_mb:.0f} MB,{algorithm or "官方未公布校验值"},\
官方地址 {weights.url}
请用以下三种方式之一提供:
  1. 设置 PAISHI_WEIGHTS=/文件路径/{weights.file}
  2. 把文件放入 {folder}
  3. 设置 PAISHI_WEIGHTS_MIRRORS=https://… 指向存有该文件的镜像目录"""


def _is_cached(file: Path, published: PublishedWeights) -> bool:
    if not file.is_file():
        return False
    try:
        check_file(file, published)
    except WeightsCorrupt as error:
        log.warning("%s is not used: %s", file, error)
        return False
    except OSError as error:
        log.warning("%s cannot be read: %s", file, error.strerror)
        return False
    return True


def _addresses(published: PublishedWeights, mirrors: Sequence[str]) -> Iterator[str]:
    # NASNet's files have different names in the cache and at the address; a mirror may use either.
    names = dict.fromkeys((published.file, PurePosixPath(urlsplit(published.url).path).name))
    for mirror in mirrors:
        for name in names:
            yield mirror.replace("{file}", name) if "{file}" in mirror else f"{mirror.rstrip('/')}/{name}"
    yield published.url


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
