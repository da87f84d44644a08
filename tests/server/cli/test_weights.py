"""`weights fetch | list | verify`, against a real HTTP server as the mirror; other addresses are shut."""

import hashlib
import io
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import h5py
import numpy as np
import pytest

from paishi.models.catalogue import find_backbone
from tests.server.cli.command import assert_one_sentence, invoke, run
from tests.server.conftest import free_port
from tests.server.models.file_host import Answer, FileHost, host_file

# MobileNet has no published hash, so any complete HDF5 file is as good as its own.
UNHASHED = find_backbone("MobileNet").weights.file
HASHED = find_backbone("NASNetMobile").weights.file

Weights = Callable[..., subprocess.CompletedProcess[str]]


def hdf5(seed: int = 0) -> bytes:
    file = io.BytesIO()
    with h5py.File(file, "w") as stored:
        stored["kernel"] = np.random.default_rng(seed).random((300, 125))
    return file.getvalue()


@pytest.fixture
def mirror() -> Iterator[FileHost]:
    with host_file(hdf5()) as host:
        yield host


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "keras"


@pytest.fixture
def weights(home: Path, mirror: FileHost) -> Weights:
    """Runs `weights …`, in this process unless it downloads; no proxy leads to Keras's own address."""
    environment = {
        "KERAS_HOME": str(home),
        "PAISHI_WEIGHTS_MIRRORS": mirror.url,
        "HTTPS_PROXY": f"http://127.0.0.1:{free_port()}",
        "NO_PROXY": "127.0.0.1",
        "LANGUAGE": "en",
    }

    def start(command: str, *names: str, **more: str) -> subprocess.CompletedProcess[str]:
        return (run if command == "fetch" else invoke)("weights", command, *names, **{**environment, **more})

    return start


def put(home: Path, name: str, content: bytes) -> Path:
    file = home / "models" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return file


def assert_card(done: subprocess.CompletedProcess[str], name: str) -> None:
    """What is missing and how to fetch it by hand, on a line each."""
    assert done.returncode == 1
    first, *rows = done.stderr.strip().splitlines()
    assert first.startswith(f"The weights of {name} could not be obtained: ")
    assert [row.split("  ")[1].strip() for row in rows] == ["file", "into", "by hand", "or set"]


def test_fetch_takes_it_from_the_mirror_once(weights: Weights, home: Path, mirror: FileHost) -> None:
    first, second = weights("fetch", "mobilenet"), weights("fetch", "MobileNet")
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert (home / "models" / UNHASHED).read_bytes() == mirror.content
    assert [request.path for request in mirror.requests] == [f"/{UNHASHED}"]
    assert "MobileNet downloaded" in first.stdout
    assert "Its hash is not published" in first.stdout
    assert "MobileNet already cached" in second.stdout
    assert str(home / "models" / UNHASHED) in second.stdout


def test_fetch_goes_on_with_the_others_when_one_fails(weights: Weights, home: Path) -> None:
    done = weights("fetch", "NASNetMobile", "MobileNet")
    assert_card(done, "NASNetMobile")
    assert hashlib.md5(hdf5()).hexdigest() in done.stderr  # which bytes the mirror gave instead
    assert not (home / "models" / HASHED).exists()
    assert (home / "models" / UNHASHED).is_file()


def test_no_connection(weights: Weights, home: Path) -> None:
    done = weights("fetch", "MobileNet", PAISHI_WEIGHTS_MIRRORS=f"http://127.0.0.1:{free_port()}")
    assert_card(done, "MobileNet")
    assert "cannot connect" in done.stderr
    assert list(home.glob("models/*.h5*")) in ([], [home / "models" / f"{UNHASHED}.lock"])


def test_a_mirror_that_offers_too_much(weights: Weights, home: Path, mirror: FileHost) -> None:
    mirror.default = Answer(claim=10**15)
    done = weights("fetch", "MobileNet")
    assert_card(done, "MobileNet")
    assert "it is longer than 25 MB, which is the most that the file can have" in done.stderr
    assert not (home / "models" / UNHASHED).exists()
    assert all(file.stat().st_size < 1000 for file in home.glob("models/*"))


def test_no_disk_space_in_the_middle(weights: Weights, home: Path) -> None:
    """The largest file that this process may write stands for a disk: nothing is left that would fill it."""
    resource = pytest.importorskip("resource", reason="limits as POSIX has them")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        done = weights("fetch", "MobileNet")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert_card(done, "MobileNet")
    assert "cannot be written: File too large" in done.stderr
    assert {file.suffix for file in home.glob("models/*")} <= {".lock"}


def test_no_permission(weights: Weights, tmp_path: Path) -> None:
    """A file in place of the folder stops even root, whom permissions do not."""
    (tmp_path / "file").write_text("")
    done = weights("fetch", "MobileNet", KERAS_HOME=str(tmp_path / "file" / "keras"))
    assert_card(done, "MobileNet")
    assert "Not a directory" in done.stderr


@pytest.mark.parametrize("command", ["fetch", "verify"])
def test_an_unknown_name(weights: Weights, command: str, mirror: FileHost) -> None:
    done = weights(command, "MobileNet", "ResNet5O")
    assert_one_sentence(done)
    assert "ResNet50" in done.stderr
    assert mirror.requests == []


def test_verify_complete_weights(weights: Weights, home: Path) -> None:
    put(home, UNHASHED, hdf5())
    done = weights("verify", "MobileNet")
    assert (done.returncode, done.stderr) == (0, "")
    assert "MobileNet is complete" in done.stdout


@pytest.mark.parametrize(
    ("model", "content", "reason"),
    [
        ("MobileNet", hdf5()[:-1], "no complete HDF5"),
        ("MobileNet", b"<!DOCTYPE html><title>Log in</title>", "a web page"),
        ("NASNetMobile", hdf5(), "020fb642bf7360b370c678b08e0adf61"),
        ("NASNetMobile", None, "is not cached"),
    ],
)
def test_verify_damaged_or_missing_weights(
    weights: Weights, home: Path, model: str, content: bytes | None, reason: str
) -> None:
    if content is not None:
        put(home, find_backbone(model).weights.file, content)
    done = weights("verify", model)
    assert_one_sentence(done, code=1)
    assert f"{model} is" in done.stderr
    assert reason in done.stderr


def test_a_file_without_a_published_hash_must_stay_as_it_was(weights: Weights, home: Path) -> None:
    weights("fetch", "MobileNet")
    assert "MobileNet is complete, sha256 as at its first download" in weights("verify", "MobileNet").stdout
    put(home, UNHASHED, hdf5(seed=1))
    done = weights("verify", "MobileNet")
    assert_one_sentence(done, code=1)
    assert "its sha256 is" in done.stderr


def test_the_card_is_in_the_language_of_the_terminal(weights: Weights, mirror: FileHost) -> None:
    mirror.default = Answer(status=404)
    done = weights("fetch", "ResNet50", LANGUAGE="", LC_ALL="", LC_MESSAGES="zh_CN.UTF-8", LANG="en_US.UTF-8")
    title, *rows = done.stderr.strip().splitlines()
    assert title == "无法取得 ResNet50 的权重。"
    assert [row.split("  ")[1].strip() for row in rows] == ["原因", "文件", "放到", "手动下载", "或者设置"]
    assert "102,967,424 字节，md5:2cb95161c43110f7111970584f804107" in rows[1]
    assert "answers 404 Not Found" in rows[0]
    assert "could not be obtained" not in done.stderr


def test_sources_are_listed_with_those_that_are_not_used(weights: Weights) -> None:
    done = weights("sources", PAISHI_WEIGHTS_SOURCES="github,mirrors")
    rows = {line.split("│")[1].strip(): line for line in done.stdout.splitlines() if line.startswith("│")}
    assert "yes, 1." in rows["github"]
    assert "yes, 2." in rows["mirrors"]
    assert "no: PAISHI_WEIGHTS_SOURCES" in rows["keras"]
    assert all("never by the authors" in rows[place] for place in ("github", "keras"))
    assert "Not used: keras/resnet_50_imagenet" in done.stdout


def test_list_shows_the_files_and_whether_they_are_complete(weights: Weights, home: Path) -> None:
    installed = weights("list").stdout
    assert installed.count("sha256 as published") == 3
    assert "EfficientNetLite0" in installed
    put(home, UNHASHED, hdf5())
    put(home, HASHED, hdf5())
    put(home, find_backbone("ResNet50").weights.file + ".part", hdf5())
    put(home, "mine-0123abcd.h5", b"12")
    put(home, "imagenet_class_index.json", b"{}")
    done = weights("list")
    assert done.returncode == 0
    rows = {line.split("│")[2].strip(): line for line in done.stdout.splitlines() if line.startswith("│")}
    assert len(rows) == 4 + 3
    assert "MobileNet " in rows[UNHASHED]
    assert "0.3" in rows[UNHASHED]
    assert "no hash" in rows[UNHASHED]
    assert "wrong: not md5 as published" in rows[HASHED]
    assert "incomplete" in rows[find_backbone("ResNet50").weights.file + ".part"]
    assert "not of the catalogue" in rows["mine-0123abcd.h5"]


def test_the_published_hash_is_checked(weights: Weights, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No published file is at hand: the catalogue takes the hash of ours instead, in this process."""
    from dataclasses import replace

    from paishi.models.weights.keras_cache import has_right_hash

    backbone = find_backbone("NASNetMobile")
    file = put(home, HASHED, hdf5())
    published = replace(backbone.weights, hash=hashlib.md5(hdf5()).hexdigest())
    assert has_right_hash(replace(backbone, weights=published), file) is True
    sha256 = replace(backbone.weights, hash=hashlib.sha256(hdf5()).hexdigest())
    assert has_right_hash(replace(backbone, weights=sha256), file) is True
    assert has_right_hash(backbone, file) is False
    assert has_right_hash(find_backbone("MobileNet"), file) is None
