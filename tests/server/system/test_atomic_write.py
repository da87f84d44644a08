"""A file is there as a whole, or as it was before."""

import os
import re
import stat
from pathlib import Path

import pytest

from paishi.system.atomic_write import SCRATCH, write_whole


def test_it_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    file = tmp_path / "file"
    for data in (b"before, and longer", b"\r\nafter\n"):
        write_whole(file, data)
        assert file.read_bytes() == data
    assert list(tmp_path.iterdir()) == [file]


def test_what_its_writer_leaves_when_it_is_killed_is_known_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratches: list[str] = []
    monkeypatch.setattr(os, "replace", lambda source, _: scratches.append(Path(source).name))
    write_whole(tmp_path / "file", b"data")
    [name] = scratches
    assert re.fullmatch(f"file{SCRATCH}", name)


@pytest.mark.skipif(os.name != "posix", reason="modes as POSIX has them")
def test_nobody_else_reads_it_where_that_is_wanted(tmp_path: Path) -> None:
    write_whole(tmp_path / "file", b"mine", 0o600)
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o600


def test_what_cannot_take_its_place_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "folder" / "within").mkdir(parents=True)
    with pytest.raises(OSError, match="folder"):
        write_whole(tmp_path / "folder", b"data")
    assert list(tmp_path.iterdir()) == [tmp_path / "folder"]
