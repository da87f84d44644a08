import os
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from paishi.settings import Settings
from paishi.training.errors import TrainingRefused
from paishi.training.features import FeatureCache, PhotoFeatures, photo_features
from paishi.training.photo_set import find_photo_set
from paishi.training.pictures import PictureReader, picture_reader
from tests.server.conftest import SHARED
from tests.server.pictures import file_of, noise
from tests.server.training.photo_folders import colour_folder, recompressed, scene


class Means:
    """An extractor of each half's mean colour; `calls` counts the views."""

    key = "means"
    size = 32

    def __init__(self) -> None:
        self.calls = 0

    def features(self, views: NDArray[np.uint8]) -> NDArray[np.float32]:
        self.calls += len(views)
        halves = [views[:, :, :16].mean(axis=(1, 2)), views[:, :, 16:].mean(axis=(1, 2))]
        return np.concatenate(halves, axis=1).astype(np.float32)


@pytest.fixture(scope="module")
def reader() -> PictureReader:
    return picture_reader(Settings(max_body_mb=1))


def features(folder: Path, means: Means, reader: PictureReader, fit: str = "crop") -> PhotoFeatures:
    cache = FeatureCache(folder.parent / "cache", means.key, fit)  # type: ignore[arg-type]
    return photo_features(find_photo_set(folder).photos, means, reader, cache, fit)  # type: ignore[arg-type]


def test_each_photo_has_features_of_its_views_and_of_the_mirrored_ones(
    tmp_path: Path, reader: PictureReader
) -> None:
    found = features(colour_folder(tmp_path / "photos", count=2), Means(), reader, "both")
    assert found.plain.shape == found.mirrored.shape == (4, 2, 6)
    assert np.allclose(found.plain[..., :3], found.mirrored[..., 3:], atol=1e-3)
    assert found.vectors.shape == (4, 6)
    assert found.labels.tolist() == [0, 0, 1, 1]


def test_a_photo_is_calculated_once_under_any_name(tmp_path: Path, reader: PictureReader) -> None:
    folder, means = colour_folder(tmp_path / "photos", count=2), Means()
    first = features(folder, means, reader)
    before = means.calls
    (folder / "red" / "01.jpg").rename(folder / "red" / "renamed.jpg")
    again = features(folder, means, reader)
    assert means.calls == before == 8
    assert np.array_equal(np.sort(again.plain, axis=0), np.sort(first.plain, axis=0))
    features(folder, means, reader, "squash")
    assert means.calls == 2 * before


def test_a_damaged_cache_is_calculated_anew(tmp_path: Path, reader: PictureReader) -> None:
    folder, means = colour_folder(tmp_path / "photos", count=2), Means()
    first = features(folder, means, reader)
    for file in (tmp_path / "cache").rglob("*.npz"):
        file.write_bytes(b"PK no")
    assert np.array_equal(features(folder, means, reader).plain, first.plain)


def test_what_was_not_used_for_longest_makes_room(tmp_path: Path, reader: PictureReader) -> None:
    old = colour_folder(tmp_path / "old", count=2)
    features(old, Means(), reader)
    stored = {file: file.stat() for file in (tmp_path / "cache").rglob("*.npz")}
    for file in stored:
        os.utime(file, (0, 0))
    new = colour_folder(tmp_path / "new", count=2, first=2)
    (new / "red" / "used.jpg").write_bytes(next(old.rglob("*.jpg")).read_bytes())
    size = next(iter(stored.values())).st_size
    cache = FeatureCache(tmp_path / "cache", Means.key, "crop", most_bytes=5 * size)
    photo_features(find_photo_set(new).photos, Means(), reader, cache, "crop")
    left = set((tmp_path / "cache").rglob("*.npz"))
    assert len(left) == 5
    assert len(left & stored.keys()) == 1, "the photo that both sets have"


def test_photos_are_read_as_a_server_does(tmp_path: Path, reader: PictureReader) -> None:
    """Turned by EXIF, and a phone's trailer behind the JPEG."""
    folder = colour_folder(tmp_path / "photos", count=1)
    turned = scene("red", 0)
    exif = turned.getexif()
    exif[0x0112] = 6
    (folder / "red" / "1.jpg").write_bytes(file_of(turned.rotate(90), exif=exif))
    if (case := SHARED / "cases/photos/pano_mp4_trailer.jpg").exists():
        (folder / "red" / "2.jpg").write_bytes(case.read_bytes())
    found = features(folder, Means(), reader)
    assert not found.unreadable
    names = [f"{photo.file.parent.name}/{photo.file.name}" for photo in found.photos]
    upright, straight = (found.plain[names.index(name)] for name in ("red/1.jpg", "red/00.jpg"))
    assert np.allclose(upright, straight, atol=3)


def test_what_cannot_be_read_is_named_and_left_out(tmp_path: Path, reader: PictureReader) -> None:
    folder = colour_folder(tmp_path / "photos", count=12)
    (folder / "red" / "cut.jpg").write_bytes(file_of(noise())[:300])
    (folder / "red" / "large.png").write_bytes(file_of(noise(900, 900), "PNG"))
    found = features(folder, Means(), reader)
    assert len(found.photos) == 24
    assert [one.file.name for one in found.unreadable] == ["cut.jpg", "large.png"]
    assert "PAISHI_MAX_BODY_MB=1" in found.unreadable[1].reason


def test_more_than_a_tenth_unreadable_ends_the_run(tmp_path: Path, reader: PictureReader) -> None:
    folder = colour_folder(tmp_path / "photos", count=5)
    for number in range(2):
        (folder / "red" / f"no{number}.jpg").write_bytes(b"no photo")
    with pytest.raises(TrainingRefused, match=r"2 of 12 photos cannot be read: .*no0\.jpg") as refused:
        features(folder, Means(), reader)
    assert refused.value.code == 1


def test_a_recompressed_copy_has_nearly_the_same_hash(tmp_path: Path, reader: PictureReader) -> None:
    folder = colour_folder(tmp_path / "photos", count=3)
    (folder / "red" / "copy.jpg").write_bytes(recompressed(folder / "red" / "01.jpg"))
    found = features(folder, Means(), reader)
    names = [photo.file.name for photo in found.photos if photo.label == 1]
    red = found.hashes[found.labels == 1]
    different = np.bitwise_count(red ^ red[names.index("copy.jpg")]).sum(axis=1)
    assert names[int(np.argsort(different)[1])] == "01.jpg"
