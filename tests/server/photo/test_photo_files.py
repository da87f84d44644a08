import shutil
from pathlib import Path

import pillow_heif
import pytest

from paishi.photo.photo_files import find_photos
from tests.server.photo.decoding import decode
from tests.server.photo.scenes import MANY, scene
from tests.server.pictures import file_of

pillow_heif.register_heif_opener()


def touch(*files: Path) -> None:
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()


def test_folders_are_searched_for_photos_by_suffix(tmp_path: Path) -> None:
    expected = [tmp_path / name for name in ("2.PNG", "Z.heic", "a/1.avif", "a/c/0.jpg", "b/0.webp")]
    touch(
        *expected,
        *(tmp_path / name for name in ("note.txt", "._2.PNG", ".thumbs/1.jpg", "a/jpg", "a/x.tiff")),
    )
    errors: list[OSError] = []
    assert list(find_photos([tmp_path], errors.append)) == expected
    assert errors == []


@pytest.mark.parametrize(
    ("suffix", "kind"),
    [
        (".dib", "BMP"),
        (".mpo", "MPO"),
        (".jfif", "JPEG"),
        (".apng", "PNG"),
        (".hif", "HEIF"),
        (".avifs", "AVIF"),
    ],
)
def test_a_rare_suffix_of_an_accepted_format_is_found_and_its_file_read(
    tmp_path: Path, suffix: str, kind: str
) -> None:
    frames = {"save_all": True, "append_images": [scene().rotate(180)]} if kind in ("MPO", "AVIF") else {}
    content = file_of(scene(), kind, **frames)
    (tmp_path / f"photo{suffix.upper()}").write_bytes(content)
    [found] = find_photos([tmp_path], [].append)
    assert decode(found.read_bytes(), max_pixels=MANY).size == scene().size


def test_files_of_any_name_are_yielded_in_their_order(tmp_path: Path) -> None:
    touch(tmp_path / "photo", tmp_path / "d" / "1.jpg")
    paths = [tmp_path / "gone.jpg", tmp_path / "photo", tmp_path / "d"]
    assert list(find_photos(paths, [].append)) == [*paths[:2], tmp_path / "d" / "1.jpg"]


def test_a_folder_that_cannot_be_listed_is_reported(tmp_path: Path) -> None:
    """It goes away in between, since permissions do not stop every user."""
    touch(tmp_path / "1.jpg", tmp_path / "a" / "2.jpg", tmp_path / "b" / "3.jpg")
    errors: list[OSError] = []
    found = find_photos([tmp_path], errors.append)
    assert next(found) == tmp_path / "1.jpg"
    shutil.rmtree(tmp_path / "a")
    assert list(found) == [tmp_path / "b" / "3.jpg"]
    assert [error.filename for error in errors] == [str(tmp_path / "a")]


def test_a_circle_of_links_ends(tmp_path: Path) -> None:
    touch(tmp_path / "1.jpg")
    (tmp_path / "round").symlink_to(tmp_path, target_is_directory=True)
    assert list(find_photos([tmp_path], [].append)) == [tmp_path / "1.jpg"]
