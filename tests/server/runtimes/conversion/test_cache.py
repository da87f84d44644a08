"""Converted models are stored and read whole; damaged ones are made again."""

import json
import os
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from paishi.models.catalogue import CATALOGUE
from paishi.models.errors import ConversionFailed
from paishi.runtimes.base import Agreement
from paishi.runtimes.conversion.cache import MODEL_XML, Build, ConversionCache, Converted, Identity
from paishi.runtimes.conversion.convert import find, versions
from paishi.runtimes.spec import ModelSpec

pytestmark = pytest.mark.usefixtures("all_is_logged")

VERSIONS = {"openvino": "1", "conversion": "1"}
IDENTITY = Identity("SmallNet", "md5:00", "fp32", VERSIONS)
QUERY = replace(IDENTITY, photos=None)
AGREEMENT = Agreement(same=69, photos=70, calibrated_on=70)


class Builder:
    """Writes two files and counts its calls."""

    def __init__(self, agreement: Agreement | None = None) -> None:
        self.times = 0
        self.agreement = agreement

    def __call__(self, folder: Path) -> Agreement | None:
        assert list(folder.iterdir()) == []
        self.times += 1
        (folder / MODEL_XML).write_text("<net/>")
        (folder / "model.bin").write_bytes(b"weights")
        return self.agreement


@pytest.fixture
def build() -> Builder:
    return Builder()


@pytest.fixture
def cache(tmp_path: Path) -> ConversionCache:
    return ConversionCache(tmp_path / "cache")


def make(
    cache: ConversionCache, build: Build, identity: Identity = IDENTITY, source: str = "imagenet"
) -> Converted:
    with cache.make(identity, source, build) as model:
        assert model.file.read_text() == "<net/>"
        assert model.file.with_suffix(".bin").exists()
        return model


def stored(tmp_path: Path, name: str = "*") -> list[Path]:
    return sorted((tmp_path / "cache").glob(f"SmallNet-*/{name}"))


def left_behind(tmp_path: Path) -> list[str]:
    return [file.name for file in (tmp_path / "cache").iterdir() if file.name.startswith(".")]


def test_what_was_made_is_found(cache: ConversionCache, build: Builder, tmp_path: Path) -> None:
    assert cache.find(QUERY, "imagenet") is None
    made = make(cache, build)
    assert cache.find(QUERY, "imagenet") == made
    assert ConversionCache(tmp_path / "cache").find(QUERY, "imagenet") == made
    assert left_behind(tmp_path) == []


def test_the_agreement_is_stored_with_it(cache: ConversionCache) -> None:
    make(cache, Builder(AGREEMENT))
    found = cache.find(QUERY, "imagenet")
    assert found
    assert found.agreement == AGREEMENT


@pytest.mark.parametrize(
    "change",
    [
        {"model": "OtherNet"},
        {"weights": "md5:01"},
        {"precision": "int8"},
        {"versions": {**VERSIONS, "openvino": "2"}},
        {"photos": "abc"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_any_other_key_is_another_conversion(
    cache: ConversionCache, build: Builder, change: dict[str, Any]
) -> None:
    make(cache, build)
    assert cache.find(replace(QUERY, **change), "imagenet") is None
    make(cache, build, replace(IDENTITY, **change))
    assert build.times == 2
    for query, identity in ((QUERY, IDENTITY), (replace(QUERY, **change), replace(IDENTITY, **change))):
        found = cache.find(replace(query, photos=identity.photos), "imagenet")
        assert found
        assert found.identity == identity


def cut(file: Path) -> None:
    os.truncate(file, file.stat().st_size - 1)


def change(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[3] ^= 1
    file.write_bytes(content)


@pytest.mark.parametrize("name", [MODEL_XML, "model.bin", "manifest.json"])
@pytest.mark.parametrize("damage", [cut, change, Path.unlink], ids=["cut", "changed", "gone"])
def test_a_damaged_model_is_made_again(
    cache: ConversionCache,
    build: Builder,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    name: str,
    damage: Callable[[Path], None],
) -> None:
    make(cache, build)
    damage(stored(tmp_path, name)[0])
    assert cache.find(QUERY, "imagenet") is None
    assert "will be made again" in caplog.text or (name == "manifest.json" and damage is Path.unlink)
    make(cache, build)
    assert build.times == 2
    assert cache.find(QUERY, "imagenet")
    assert left_behind(tmp_path) == []


def test_a_manifest_of_another_model_is_damage(
    cache: ConversionCache, build: Builder, tmp_path: Path
) -> None:
    make(cache, build)
    [manifest] = stored(tmp_path, "manifest.json")
    noted = json.loads(manifest.read_text())
    noted["identity"]["weights"] = "md5:99"
    manifest.write_text(json.dumps(noted))
    assert cache.find(QUERY, "imagenet") is None


def test_a_failure_leaves_nothing_behind(cache: ConversionCache, tmp_path: Path) -> None:
    def fail(folder: Path) -> None:
        (folder / MODEL_XML).write_text("half")
        raise ConversionFailed("no")

    with pytest.raises(ConversionFailed):
        make(cache, fail)
    assert stored(tmp_path) == []
    assert left_behind(tmp_path) == []


def test_a_process_that_was_killed_does_no_harm(
    cache: ConversionCache, build: Builder, tmp_path: Path
) -> None:
    """Its half-written folder is there; it is neither read nor in the way."""
    for kind in ("new", "old"):
        half = tmp_path / "cache" / f".{IDENTITY.folder}.{kind}"
        half.mkdir(parents=True)
        (half / MODEL_XML).write_text("half")
    assert cache.find(QUERY, "imagenet") is None
    make(cache, build)
    assert cache.find(QUERY, "imagenet")
    assert left_behind(tmp_path) == []


def test_who_comes_second_waits_and_takes_what_the_first_made(tmp_path: Path) -> None:
    building, go_on = threading.Event(), threading.Event()
    builder = Builder()

    def slowly(folder: Path) -> Agreement | None:
        building.set()
        assert go_on.wait(30)
        return builder(folder)

    found: list[Converted] = []

    def another() -> None:
        found.append(make(ConversionCache(tmp_path / "cache"), builder))

    first = threading.Thread(target=make, args=(ConversionCache(tmp_path / "cache"), slowly))
    second = threading.Thread(target=another)
    first.start()
    assert building.wait(30)
    second.start()
    second.join(0.3)
    assert found == []
    go_on.set()
    first.join(30)
    second.join(30)
    assert len(found) == 1
    assert builder.times == 1


def test_where_nothing_can_be_written_it_is_there_for_the_block(
    build: Builder, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")  # no user can make a folder below it
    cache = ConversionCache(tmp_path / "file" / "cache")
    model = make(cache, build)
    assert not model.file.parent.exists()
    assert "Set PAISHI_CACHE" in caplog.text
    assert cache.find(QUERY, "imagenet") is None


def age(tmp_path: Path, identity: Identity, seconds: int) -> None:
    manifest = tmp_path / "cache" / identity.folder / "manifest.json"
    os.utime(manifest, (1_000_000 - seconds, 1_000_000 - seconds))


def test_the_latest_from_the_same_source_stands_in_for_weights_that_are_gone(
    cache: ConversionCache, build: Builder, tmp_path: Path
) -> None:
    def latest(source: str = "imagenet", **change: Any) -> Identity | None:
        found = cache.find(replace(QUERY, weights=None, **change), source)
        return found and found.identity

    assert latest() is None
    newer = replace(IDENTITY, weights="md5:22")
    for identity, seconds in ((IDENTITY, 100), (newer, 50), (replace(IDENTITY, precision="int8"), 0)):
        make(cache, build, identity)
        age(tmp_path, identity, seconds)
    make(cache, build, replace(IDENTITY, weights="md5:33"), "https://example.org/x.h5")
    assert latest() == newer
    assert latest("https://example.org/x.h5") == replace(IDENTITY, weights="md5:33")
    assert latest("https://example.org/y.h5") is None
    assert latest(versions={**VERSIONS, "openvino": "2"}) is None
    assert latest(versions={"openvino": "1"}) == newer  # a package that is not installed here
    (tmp_path / "cache" / newer.folder / "manifest.json").write_text("nonsense")
    assert latest() == IDENTITY


def test_known_weights_are_found_wherever_they_came_from(cache: ConversionCache, build: Builder) -> None:
    make(cache, build)
    assert cache.find(QUERY, "/a/file.h5")


def test_the_latest_photos_will_do_where_none_are_here(
    cache: ConversionCache, build: Builder, tmp_path: Path
) -> None:
    for photos, seconds in (("old", 100), ("new", 50)):
        make(cache, build, replace(IDENTITY, photos=photos))
        age(tmp_path, replace(IDENTITY, photos=photos), seconds)
    found = [cache.find(replace(QUERY, photos=photos), "imagenet") for photos in (None, "old", "others")]
    assert [one and one.identity.photos for one in found] == ["new", "old", None]


def test_the_oldest_of_many_are_dropped(cache: ConversionCache, build: Builder, tmp_path: Path) -> None:
    others = [replace(IDENTITY, model="SmallNetV2"), replace(IDENTITY, precision="int8")]
    for other in others:
        make(cache, build, other)
    made = [replace(IDENTITY, weights=f"md5:{number:02}") for number in range(6)]
    for age, identity in enumerate(made):
        folder = make(cache, build, identity).file.parent
        os.utime(folder, (age, age))
    kept = {folder.name for folder in (tmp_path / "cache").glob("*/")}
    assert kept == {identity.folder for identity in [*others, *made[2:]]}
    assert {file.stem for file in (tmp_path / "cache").glob("*.lock")} == kept


def test_the_older_release_of_weights_is_another_conversion(
    cache: ConversionCache, build: Builder, tmp_path: Path
) -> None:
    """It lies under the name of the published file, whose hash is the key where there is no other file."""
    resnet50 = CATALOGUE["ResNet50"]
    spec = ModelSpec(resnet50, "imagenet", tmp_path / "keras", tmp_path / "cache")
    published = Identity("ResNet50", f"md5:{resnet50.weights.hash}", "fp32", versions())
    made = make(cache, build, published)
    assert find(spec) == made
    file = tmp_path / "keras" / "models" / resnet50.weights.file
    file.parent.mkdir(parents=True)
    file.touch()
    assert find(spec) == made
    os.truncate(file, 102_853_048)
    assert find(spec) is None
