"""A file is written as a whole, or stays as it was."""

import os
import re
import stat
from pathlib import Path

import pytest

from paishi.system.atomic_write import SCRATCH, whole_folder, write_whole


def test_it_replaces_the_file(tmp_path: Path) -> None:
    file = tmp_path / "file"
    for data in (b"before, and longer", b"\r\nafter\n"):
        write_whole(file, data)
        assert file.read_bytes() == data
    assert list(tmp_path.iterdir()) == [file]


def test_the_leftovers_of_a_killed_writer_are_known_by_their_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratches: list[str] = []
    monkeypatch.setattr(os, "replace", lambda source, _: scratches.append(Path(source).name))
    write_whole(tmp_path / "file", b"data")
    [name] = scratches
    assert re.fullmatch(f"file{SCRATCH}", name)


@pytest.mark.skipif(os.name != "posix", reason="modes as POSIX has them")
def test_a_private_file(tmp_path: Path) -> None:
    write_whole(tmp_path / "file", b"mine", 0o600)
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o600


def test_a_failed_write_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "folder" / "within").mkdir(parents=True)
    with pytest.raises(OSError, match="folder"):
        write_whole(tmp_path / "folder", b"data")
    assert list(tmp_path.iterdir()) == [tmp_path / "folder"]


def test_a_folder_that_cannot_be_put_in_its_place_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "folder"
    target.mkdir()
    (target / "file").write_text("old")
    rename = os.replace

    def fail_on_the_new_one(source: Path, destination: Path) -> None:
        if source.name.endswith(".part"):
            raise PermissionError("held open by another program")
        rename(source, destination)

    monkeypatch.setattr(os, "replace", fail_on_the_new_one)
    with pytest.raises(PermissionError), whole_folder(target, replace=True) as folder:
        (folder / "file").write_text("new")
    assert list(tmp_path.iterdir()) == [target]
    assert (target / "file").read_text() == "old"
