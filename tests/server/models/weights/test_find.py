"""Weights are found, or downloaded, or an error explains how to provide them."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from paishi.models.backbone import Backbone
from paishi.models.catalogue import CATALOGUE
from paishi.models.errors import WeightsUnavailable
from paishi.models.weights.download import Patience
from paishi.models.weights.find import find_weights
from tests.server.models.file_host import Answer, FileHost, host_file


def cached(home: Path, content: bytes) -> Path:
    file = home / "models" / "small.h5"
    file.parent.mkdir(parents=True)
    file.write_bytes(content)
    return file


def test_the_cache_comes_first(
    backbone: Backbone, home: Path, host: FileHost, content: bytes, patience: Patience
) -> None:
    file = cached(home, content)
    found = find_weights(backbone, "imagenet", home, [host.url], patience=patience)
    assert found == file
    assert host.requests == []
    assert list(file.parent.iterdir()) == [file]


def test_real_cache_of_keras(keras_home: Path) -> None:
    found = find_weights(CATALOGUE["MobileNetV2"], "imagenet", keras_home)
    assert found == keras_home / "models" / "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224.h5"


@pytest.mark.parametrize("kept", [0, 1000, None])
def test_a_broken_cache_is_fetched_again(
    backbone: Backbone,
    home: Path,
    host: FileHost,
    content: bytes,
    other_content: bytes,
    patience: Patience,
    kept: int | None,
) -> None:
    file = cached(home, other_content[:kept])
    assert find_weights(backbone, "imagenet", home, patience=patience) == file
    assert file.read_bytes() == content
    assert len(host.requests) == 1


def test_a_broken_cache_is_never_returned(
    backbone: Backbone, home: Path, host: FileHost, other_content: bytes, patience: Patience
) -> None:
    cached(home, other_content)
    host.default = Answer(status=404)
    with pytest.raises(WeightsUnavailable):
        find_weights(backbone, "imagenet", home, patience=patience)


def test_mirrors_come_before_the_published_address(
    backbone: Backbone, home: Path, host: FileHost, content: bytes, patience: Patience
) -> None:
    host.only = "/second/small.h5?from=mirror"
    mirrors = [f"{host.url}/first/", f"{host.url}/second/{{file}}?from=mirror"]
    seen: list[tuple[int, int | None]] = []
    file = find_weights(
        backbone,
        "imagenet",
        home,
        mirrors,
        lambda received, total: seen.append((received, total)),
        patience=patience,
    )
    assert file.read_bytes() == content
    assert [request.path for request in host.requests] == [
        "/first/small.h5",
        "/first/Small-Net.h5",
        "/second/small.h5?from=mirror",
    ]
    assert seen[-1] == (len(content), len(content))


def test_a_mirror_may_use_the_published_name(
    backbone: Backbone, home: Path, host: FileHost, content: bytes, patience: Patience
) -> None:
    host.only = "/mirror/Small-Net.h5"
    file = find_weights(backbone, "imagenet", home, [f"{host.url}/mirror"], patience=patience)
    assert file == home / "models" / "small.h5"
    assert file.read_bytes() == content


def test_a_mirror_with_other_bytes_is_skipped(
    backbone: Backbone, home: Path, host: FileHost, content: bytes, other_content: bytes, patience: Patience
) -> None:
    with host_file(other_content) as wrong:
        file = find_weights(backbone, "imagenet", home, [wrong.url], patience=patience)
    assert file.read_bytes() == content
    assert [request.path for request in host.requests] == ["/published/Small-Net.h5"]


def test_a_mirror_that_breaks_off_is_skipped(
    backbone: Backbone, home: Path, host: FileHost, content: bytes, other_content: bytes, patience: Patience
) -> None:
    with host_file(other_content) as broken:
        broken.default = Answer(cut_after=50_000, heeds_range=False)
        file = find_weights(backbone, "imagenet", home, [broken.url], patience=patience)
    assert file.read_bytes() == content
    assert host.requests[0].range is None


def test_if_every_source_fails_the_message_helps(
    backbone: Backbone, home: Path, host: FileHost, patience: Patience
) -> None:
    host.default = Answer(status=403)
    with pytest.raises(WeightsUnavailable) as caught:
        find_weights(backbone, "imagenet", home, [f"{host.url}/mirror"], patience=patience)
    english, chinese = str(caught.value).split("无法取得 SmallNet 的权重")
    assert f"{host.url}/mirror/small.h5: answers 403 Forbidden." in english
    assert f"{host.url}/published/Small-Net.h5: answers 403 Forbidden." in english
    for language in (english, chinese):
        assert "small.h5" in language
        assert f"md5 {backbone.weights.hash}" in language
        assert "MB" in language
        assert "PAISHI_WEIGHTS=/" in language
        assert str(home / "models") in language
        assert "PAISHI_WEIGHTS_MIRRORS=https://" in language


def test_the_message_names_a_missing_published_hash(
    backbone: Backbone, home: Path, host: FileHost, patience: Patience
) -> None:
    host.default = Answer(status=404)
    unhashed = replace(backbone, weights=replace(backbone.weights, hash=None))
    with pytest.raises(WeightsUnavailable, match=r"no published hash[\s\S]*官方未公布校验值"):
        find_weights(unhashed, "imagenet", home, patience=patience)


def test_the_message_names_a_folder_that_cannot_be_written(
    backbone: Backbone, tmp_path: Path, patience: Patience
) -> None:
    (tmp_path / "occupied").write_text("a file where the folder should be")
    with pytest.raises(WeightsUnavailable, match=r"occupied/models cannot be written: Not a directory\.\n"):
        find_weights(backbone, "imagenet", tmp_path / "occupied", patience=patience)


def test_a_path_is_used_unchanged(
    backbone: Backbone, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("mine.h5", "mine.weights.h5"):
        (tmp_path / name).touch()
        assert find_weights(backbone, str(tmp_path / name), home) == tmp_path / name
        assert find_weights(backbone, f"~/{name}", home) == tmp_path / name


def test_a_path_that_leads_nowhere_is_named(backbone: Backbone, home: Path, tmp_path: Path) -> None:
    with pytest.raises(WeightsUnavailable, match=r"PAISHI_WEIGHTS=.*/missing\.h5: there is no such file"):
        find_weights(backbone, str(tmp_path / "missing.h5"), home)
    with pytest.raises(WeightsUnavailable, match="there is no such file"):
        find_weights(backbone, str(tmp_path), home)


def test_a_saved_model_is_no_file_of_weights(backbone: Backbone, home: Path, tmp_path: Path) -> None:
    (tmp_path / "model.keras").touch()
    with pytest.raises(WeightsUnavailable, match=r"model.keras is no file of weights.*\.weights\.h5 or \.h5"):
        find_weights(backbone, str(tmp_path / "model.keras"), home)


@pytest.mark.parametrize("suffix", [".h5", ".weights.h5"])
def test_an_address_is_fetched_once(
    backbone: Backbone, home: Path, host: FileHost, content: bytes, patience: Patience, suffix: str
) -> None:
    url = f"{host.url}/releases/my flowers{suffix}?version=1"
    first = find_weights(backbone, url, home, patience=patience)
    again = find_weights(backbone, url, home, patience=patience)
    other = find_weights(backbone, url.replace("releases", "nightly"), home, patience=patience)
    assert first == again
    assert other != first
    assert first.parent == home / "models"
    assert first.name.startswith("my_flowers-")
    assert first.name.removesuffix(suffix) != first.name
    assert first.read_bytes() == content
    assert len(host.requests) == 2


@pytest.mark.parametrize("name", ["model.keras", "", "..", "weights.zip"])
def test_an_address_of_something_else_is_not_fetched(
    backbone: Backbone, home: Path, host: FileHost, name: str
) -> None:
    with pytest.raises(WeightsUnavailable, match="is no file of weights"):
        find_weights(backbone, f"{host.url}/{name}", home)
    assert host.requests == []


def test_an_address_that_refuses_is_named(
    backbone: Backbone, home: Path, host: FileHost, patience: Patience
) -> None:
    host.default = Answer(status=404)
    with pytest.raises(WeightsUnavailable, match=r"PAISHI_WEIGHTS=http://.*/mine.h5: answers 404"):
        find_weights(backbone, f"{host.url}/mine.h5", home, patience=patience)


_FIND = """
import sys
from pathlib import Path
from paishi.models.catalogue import find_backbone
from paishi.models.weights.find import find_weights
print(find_weights(find_backbone("MobileNet"), "imagenet", Path(sys.argv[1]), [sys.argv[2]]))
"""


def test_two_processes_at_once_download_once(home: Path, host: FileHost, content: bytes) -> None:
    host.default = Answer(pause=0.1)
    command = [sys.executable, "-c", _FIND, str(home), host.url]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = {process.communicate(timeout=60)[0].strip() for process in processes}
    assert said == {str(home / "models" / "mobilenet_1_0_224_tf.h5")}
    assert Path(said.pop()).read_bytes() == content
    assert len(host.requests) == 1


def test_a_lock_that_is_never_released_is_named(backbone: Backbone, home: Path, host: FileHost) -> None:
    (home / "models").mkdir(parents=True)
    lock = home / "models" / "small.h5.lock"
    code = f"import filelock\nwith filelock.FileLock({str(lock)!r}):\n print('held', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(WeightsUnavailable, match=r"another process has held .*small\.h5\.lock too long"):
            find_weights(backbone, "imagenet", home, patience=Patience(other_process=0.2))
        holder.communicate("\n")
    assert host.requests == []
