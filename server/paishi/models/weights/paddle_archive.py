"""A model in a tar of PaddleClas: the two files of Paddle's inference format.

Names in a tar may lead out of the folder, links and devices may be in it, and sizes may be false. So the two
files are looked up by name, must be ordinary files within the tar, and are copied under names of ours.
"""

import itertools
import re
import shutil
import tarfile
from collections.abc import Mapping
from pathlib import Path

from paishi.models.errors import WeightsCorrupt

MODEL = "inference.pdmodel"
_FILES = (MODEL, "inference.pdiparams")
_MEMBER = re.compile(r"(?:\./)?(?:[\w-]+/)?(inference\.\w+)", re.ASCII)
_MOST_MEMBERS = 100


def check_archive(file: Path) -> None:
    """Raises WeightsCorrupt unless `file` is a complete tar with a model."""
    with _opened(file) as archive:
        _members(file, archive)


def extract_model(file: Path, folder: Path) -> Path:
    """Copies the two files in the tar `file` into `folder` and returns the path of the model.

    Raises WeightsCorrupt.
    """
    with _opened(file) as archive:
        for name, member in _members(file, archive).items():
            stream = archive.extractfile(member)
            assert stream  # it is an ordinary file
            with stream, (folder / name).open("wb") as target:
                shutil.copyfileobj(stream, target)
    return folder / MODEL


def _opened(file: Path) -> tarfile.TarFile:
    try:
        return tarfile.open(file, "r:")  # not compressed, so nothing in it is larger than the file
    except tarfile.TarError as error:
        raise WeightsCorrupt(f"it is no tar: {error}.") from error


def _members(file: Path, archive: tarfile.TarFile) -> Mapping[str, tarfile.TarInfo]:
    """The two files by their names."""
    found: dict[str, tarfile.TarInfo] = {}
    try:
        for member in itertools.islice(archive, _MOST_MEMBERS):
            match = _MEMBER.fullmatch(member.name)
            if match is None or match[1] not in _FILES:
                continue
            if match[1] in found:
                raise WeightsCorrupt(f"it has {match[1]} twice.")
            _need_ordinary(member, match[1], file.stat().st_size)
            found[match[1]] = member
    except (tarfile.TarError, ValueError, RecursionError) as error:
        raise WeightsCorrupt(f"the tar is cut off or damaged: {error}.") from error
    if missing := [name for name in _FILES if name not in found]:
        raise WeightsCorrupt(f"it has no {' and no '.join(missing)}.")
    return found


def _need_ordinary(member: tarfile.TarInfo, name: str, size: int) -> None:
    """Raises WeightsCorrupt unless `member` is a file whose bytes are in the tar of `size` bytes."""
    if not member.isreg() or member.issparse():
        raise WeightsCorrupt(f"its {name} is no ordinary file.")
    if not 0 < member.size <= size - member.offset_data:
        raise WeightsCorrupt(f"its {name} is cut off or empty.")
