"""Weights are found, or downloaded, or an error explains how to provide them."""

import hashlib
import os
import resource
import shutil
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import h5py
import pytest

from paishi.contract import MissingWeights
from paishi.models.backbone import Backbone, OlderRelease
from paishi.models.catalogue import CATALOGUE
from paishi.models.errors import WeightsUnavailable
from paishi.models.weights import find, sources
from paishi.models.weights.download import Patience
from paishi.models.weights.find import find_weights
from paishi.models.weights.keras_cache import has_right_hash, right_hash
from tests.server.conftest import free_port
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


def test_if_every_source_fails_the_error_says_what_to_fetch(
    backbone: Backbone, home: Path, host: FileHost, patience: Patience
) -> None:
    host.default = Answer(status=403)
    with pytest.raises(WeightsUnavailable) as caught:
        find_weights(backbone, "imagenet", home, [f"{host.url}/mirror"], patience=patience)
    place = host.url.removeprefix("http://")
    assert str(caught.value) == (
        "The weights of SmallNet could not be obtained: "
        f"{host.url}/mirror/small.h5: answers 403 Forbidden; "
        f"{host.url}/mirror/Small-Net.h5: answers 403 Forbidden; {place}: answers 403 Forbidden."
    )
    file, url = home / "models" / "small.h5", f"{host.url}/published/Small-Net.h5"
    assert caught.value.missing == MissingWeights(
        file="small.h5",
        hash=f"md5:{backbone.weights.hash}",
        urls=[url],
        folder=str(home / "models"),
        command=f"curl -fL -C - --create-dirs -o {file} {url}",
    )


@pytest.mark.skipif(shutil.which("curl") is None or os.name != "posix", reason="needs curl and a shell")
@pytest.mark.parametrize("there", ["nothing", "the start of it", "another file"])
def test_the_command_fetches_what_is_then_found(
    backbone: Backbone,
    tmp_path: Path,
    host: FileHost,
    content: bytes,
    other_content: bytes,
    patience: Patience,
    there: str,
) -> None:
    """Also into a folder whose name has blanks, and where a file was cut off or is another."""
    home = tmp_path / "my 'keras'"
    host.default = Answer(checks_if_range=False)  # curl sends none
    if there != "nothing":
        cached(home, content[:1000] if there == "the start of it" else other_content)
    with pytest.raises(WeightsUnavailable) as caught:
        find_weights(backbone, "imagenet", home, places=[], patience=patience)
    assert caught.value.missing
    subprocess.run(f"{caught.value.missing.command} --no-progress-meter", shell=True, check=True)
    assert find_weights(backbone, "imagenet", home, places=[], patience=patience).read_bytes() == content
    assert (host.requests[0].range is not None) == (there == "the start of it")


def test_without_a_published_hash_there_is_none_in_the_error(
    backbone: Backbone, home: Path, host: FileHost, patience: Patience
) -> None:
    host.default = Answer(status=404)
    unhashed = replace(backbone, weights=replace(backbone.weights, hash=None))
    with pytest.raises(WeightsUnavailable) as caught:
        find_weights(unhashed, "imagenet", home, patience=patience)
    assert caught.value.missing
    assert caught.value.missing.hash is None


def test_a_file_without_a_published_hash_is_held_to_its_first(
    backbone: Backbone, home: Path, host: FileHost, content: bytes, other_content: bytes, patience: Patience
) -> None:
    unhashed = replace(backbone, weights=replace(backbone.weights, hash=None))
    file = find_weights(unhashed, "imagenet", home, patience=patience)
    note = file.with_name("small.h5.sha256")
    assert note.read_text() == f"{hashlib.sha256(content).hexdigest()}  small.h5\n"
    file.write_bytes(other_content)
    host.default = Answer(body=other_content)
    with pytest.raises(WeightsUnavailable, match=r"not used: its sha256 is .*; .*: its sha256 is "):
        find_weights(unhashed, "imagenet", home, patience=patience)
    note.unlink()
    assert find_weights(unhashed, "imagenet", home, patience=patience).read_bytes() == other_content


def test_the_message_names_a_file_that_is_cut_off_with_both_sizes(
    backbone: Backbone, home: Path, host: FileHost, content: bytes, patience: Patience
) -> None:
    cached(home, content[:1000])
    host.default = Answer(status=404)
    both = rf"small\.h5 in the folder .*: it is .* but cut off: it has 1,000 of {len(content):,} bytes; "
    with pytest.raises(WeightsUnavailable, match=both):
        find_weights(backbone, "imagenet", home, patience=patience)


def test_a_whole_file_that_is_shorter_than_the_published_one_is_named_with_both_sizes(
    backbone: Backbone, home: Path, host: FileHost, other_content: bytes, patience: Patience
) -> None:
    """Such as the weights without the classifier, under the name of those with it."""
    cached(home, other_content)
    host.default = Answer(status=404)
    longer = replace(backbone, weights=replace(backbone.weights, bytes=500_000))
    both = rf"as it should be, and it has {len(other_content):,} of 500,000 bytes; "
    with pytest.raises(WeightsUnavailable, match=both):
        find_weights(longer, "imagenet", home, patience=patience)


def test_the_older_release_is_as_good(
    backbone: Backbone, home: Path, host: FileHost, other_content: bytes, patience: Patience
) -> None:
    file = cached(home, other_content)
    older = OlderRelease(len(other_content), ("0" * 32, hashlib.md5(other_content).hexdigest()))
    both = replace(backbone, weights=replace(backbone.weights, older=older))
    assert find_weights(both, "imagenet", home, patience=patience) == file
    assert right_hash(both, file) == "md5 of the older release"
    assert has_right_hash(both, file)
    assert host.requests == []


def test_the_message_names_a_folder_that_cannot_be_written(
    backbone: Backbone, tmp_path: Path, patience: Patience
) -> None:
    (tmp_path / "occupied").write_text("a file where the folder should be")
    with pytest.raises(WeightsUnavailable, match=r"occupied/models cannot be written: Not a directory\.$"):
        find_weights(backbone, "imagenet", tmp_path / "occupied", patience=patience)


def test_only_the_chosen_places_are_used_in_their_order(
    backbone: Backbone, home: Path, host: FileHost, patience: Patience
) -> None:
    host.default = Answer(status=404)
    for places, paths in (
        (["keras", "mirrors"], ["/published/Small-Net.h5", "/mirror/small.h5", "/mirror/Small-Net.h5"]),
        (["keras"], ["/published/Small-Net.h5"]),
        ([], []),
    ):
        host.requests.clear()
        with pytest.raises(WeightsUnavailable) as caught:
            find_weights(backbone, "imagenet", home, [f"{host.url}/mirror"], places=places, patience=patience)
        assert [request.path for request in host.requests] == paths
    assert "PAISHI_WEIGHTS_SOURCES allows no address" in str(caught.value)


def test_github_has_it_when_keras_has_not(
    backbone: Backbone,
    home: Path,
    host: FileHost,
    content: bytes,
    patience: Patience,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Below the paths of GitHub's releases, and behind the redirection that GitHub answers with."""
    monkeypatch.setattr(sources, "GITHUB", host.url)
    path = "/keras-team/keras-applications/releases/download/resnet/Small-Net.h5"
    host.answers = [Answer(status=404), Answer(status=302, headers={"Location": f"{host.url}/asset"})]
    resnet = replace(backbone, module="resnet")
    assert find_weights(resnet, "imagenet", home, patience=patience).read_bytes() == content
    assert [request.path for request in host.requests] == ["/published/Small-Net.h5", path, "/asset"]


def test_a_place_that_cannot_be_reached_costs_no_bytes_of_another(
    backbone: Backbone, home: Path, host: FileHost, content: bytes, patience: Patience
) -> None:
    mirrors = [f"http://127.0.0.1:{free_port()}", f"{host.url}/mirror"]
    host.default = Answer(status=404)
    host.answers = [Answer(cut_after=100_000), *[Answer(cut_after=0)] * patience.attempts]
    with pytest.raises(WeightsUnavailable):
        find_weights(backbone, "imagenet", home, mirrors, places=["mirrors"], patience=patience)
    host.requests.clear()
    host.default = Answer()
    assert find_weights(backbone, "imagenet", home, mirrors, places=["mirrors"], patience=patience).exists()
    assert host.requests[0].range == "bytes=100000-"


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


def test_an_endless_mirror_is_left_for_the_next_source(
    backbone: Backbone, home: Path, host: FileHost, content: bytes, patience: Patience
) -> None:
    with host_file(content) as endless:
        endless.default = Answer(endless="chunked")
        file = find_weights(backbone, "imagenet", home, [f"{endless.url}/{{file}}"], patience=patience)
    assert file.read_bytes() == content
    assert sorted(path.name for path in file.parent.iterdir()) == ["small.h5", "small.h5.lock"]


def test_an_address_may_have_more_than_is_published_but_not_without_end(
    backbone: Backbone, home: Path, host: FileHost, patience: Patience
) -> None:
    host.default = Answer(claim=4 * backbone.largest_download + 1)
    with pytest.raises(
        WeightsUnavailable, match=r"PAISHI_WEIGHTS=http://.*/mine.h5: it is longer than 18 MB"
    ):
        find_weights(backbone, f"{host.url}/mine.h5", home, patience=patience)
    host.default = Answer(claim=4 * backbone.largest_download, cut_after=0, heeds_range=False)
    with pytest.raises(WeightsUnavailable, match="broke"):
        find_weights(backbone, f"{host.url}/other.h5", home, patience=patience)


def test_an_address_with_wrong_bytes_is_not_received_at_every_retry(
    backbone: Backbone, home: Path, host: FileHost, content: bytes, other_content: bytes, patience: Patience
) -> None:
    host.default = Answer(body=other_content)
    patient = replace(patience, wrong=300.0)
    with pytest.raises(WeightsUnavailable, match="as it should be"):
        find_weights(backbone, "imagenet", home, patience=patient)
    received = len(host.requests)
    for _ in range(3):
        with pytest.raises(WeightsUnavailable, match=r"sent wrong bytes; it is tried again in \d+ s\."):
            find_weights(backbone, "imagenet", home, patience=patient)
    assert len(host.requests) == received
    host.default = Answer()
    assert find_weights(backbone, "imagenet", home, [f"{host.url}/now"], patience=patient).exists()


def test_a_wrong_file_in_the_cache_is_read_again_only_once_it_has_changed(
    backbone: Backbone,
    home: Path,
    host: FileHost,
    content: bytes,
    other_content: bytes,
    patience: Patience,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file, reads = cached(home, other_content), []
    check = find.check_file
    monkeypatch.setattr(find, "check_file", lambda *checked: (reads.append(checked), check(*checked)))
    host.default = Answer(status=404)
    for _ in range(3):
        with pytest.raises(WeightsUnavailable):
            find_weights(backbone, "imagenet", home, patience=patience)
    assert len(reads) == 1
    file.write_bytes(content)
    assert find_weights(backbone, "imagenet", home, patience=patience) == file
    assert len(reads) == 2


def test_a_cache_that_cannot_be_read_now_is_not_replaced(
    backbone: Backbone, home: Path, host: FileHost, content: bytes, patience: Patience
) -> None:
    file = cached(home, content)
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    h5py.File(file).close()  # has its own libraries open from here on
    resource.setrlimit(resource.RLIMIT_NOFILE, (len(os.listdir("/dev/fd")) - 1, before[1]))
    held = []
    try:
        with suppress(OSError):
            while True:
                held.append(open("/dev/null"))  # noqa: SIM115
        with pytest.raises(WeightsUnavailable, match=r"small\.h5 cannot be read now"):
            find_weights(backbone, "imagenet", home, patience=patience)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
        for file_held in held:
            file_held.close()
    assert host.requests == []
    assert find_weights(backbone, "imagenet", home, patience=patience) == file


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
