"""A file arrives complete and verified over any connection, or not at all."""

import gzip
import hashlib
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from paishi.models.backbone import PublishedWeights
from paishi.models.errors import DownloadFailed, ModelError, WeightsCorrupt
from paishi.models.weights.download import Patience, download
from tests.server.models.file_host import Answer, FileHost, Framing

LARGEST = 400_000
"""Bytes; `content` has about 300 kB."""


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "models"
    folder.mkdir()
    return folder / "small.h5"


def fetch(host: FileHost, target: Path, published: PublishedWeights | None, patience: Patience) -> None:
    download(f"{host.url}/small.h5", target, LARGEST, published, None, patience)


def left_beside(target: Path) -> list[str]:
    return sorted(file.name for file in target.parent.iterdir())


def test_a_good_connection_needs_one_request_and_leaves_only_the_file(
    host: FileHost, target: Path, content: bytes, published: PublishedWeights, patience: Patience
) -> None:
    seen: list[tuple[int, int | None]] = []
    download(
        f"{host.url}/small.h5",
        target,
        LARGEST,
        published,
        lambda received, total: seen.append((received, total)),
        patience,
    )
    assert target.read_bytes() == content
    assert left_beside(target) == ["small.h5"]
    assert len(host.requests) == 1
    assert seen[-1] == (len(content), len(content))
    assert [received for received, _ in seen] == sorted({received for received, _ in seen})


def test_breaks_are_resumed_where_they_happened(
    host: FileHost, target: Path, content: bytes, published: PublishedWeights, patience: Patience
) -> None:
    # More breaks than attempts: each brings something new, so none of them counts.
    host.answers = [Answer(cut_after=30_000)] * 8
    fetch(host, target, published, patience)
    assert target.read_bytes() == content
    asked = [request.range for request in host.requests]
    assert asked == [None, *(f"bytes={30_000 * n}-" for n in range(1, 9))]
    assert {request.if_range for request in host.requests[1:]} == {'"one"'}


def test_a_server_that_ignores_ranges_sends_it_all_again(
    host: FileHost, target: Path, content: bytes, published: PublishedWeights, patience: Patience
) -> None:
    host.answers = [Answer(cut_after=100_000), Answer(heeds_range=False)]
    fetch(host, target, published, patience)
    assert target.read_bytes() == content


def test_parts_of_a_file_that_changed_on_the_server_are_not_joined(
    host: FileHost, target: Path, content: bytes, other_content: bytes, patience: Patience
) -> None:
    host.answers = [Answer(body=other_content, cut_after=100_000, etag='"old"')]
    fetch(host, target, None, patience)
    assert target.read_bytes() == content


def test_a_server_that_joins_two_files_is_asked_for_the_whole(
    host: FileHost,
    target: Path,
    content: bytes,
    other_content: bytes,
    published: PublishedWeights,
    patience: Patience,
) -> None:
    host.answers = [Answer(body=other_content, cut_after=100_000), Answer(checks_if_range=False)]
    fetch(host, target, published, patience)
    assert target.read_bytes() == content
    assert host.requests[-1].range is None


def test_without_a_strong_version_it_starts_over(
    host: FileHost, target: Path, content: bytes, patience: Patience
) -> None:
    host.default = Answer(etag='W/"weak"')
    host.answers = [Answer(etag='W/"weak"', cut_after=100_000)]
    fetch(host, target, None, patience)
    assert target.read_bytes() == content
    assert host.requests[1].if_range != 'W/"weak"'


def test_a_connection_that_always_breaks_at_the_same_place_ends(
    host: FileHost, target: Path, patience: Patience
) -> None:
    host.default = Answer(cut_after=50_000, heeds_range=False)
    with pytest.raises(DownloadFailed, match=r"the connection broke .* 5 times\.$"):
        fetch(host, target, None, patience)
    assert not target.exists()


def test_the_next_call_resumes_a_failed_one(
    host: FileHost, target: Path, content: bytes, patience: Patience
) -> None:
    host.answers = [Answer(cut_after=50_000), *[Answer(status=503)] * 5]
    with pytest.raises(DownloadFailed, match="answers 503"):
        fetch(host, target, None, patience)
    fetch(host, target, None, patience)
    assert target.read_bytes() == content
    assert host.requests[-1].range == "bytes=50000-"


def test_what_was_received_from_another_address_is_not_used(
    host: FileHost, target: Path, content: bytes, other_content: bytes, patience: Patience
) -> None:
    host.answers = [Answer(body=other_content, cut_after=50_000), *[Answer(status=503)] * 5]
    with pytest.raises(DownloadFailed):
        download(f"{host.url}/other.h5", target, LARGEST, None, None, patience)
    fetch(host, target, None, patience)
    assert host.requests[-1].range is None
    assert target.read_bytes() == content


def test_a_download_that_ended_just_before_the_rename_is_not_repeated(
    host: FileHost, target: Path, content: bytes, published: PublishedWeights, patience: Patience
) -> None:
    host.answers = [Answer(cut_after=len(content), claim=len(content) + 1), *[Answer(status=503)] * 5]
    with pytest.raises(DownloadFailed):
        fetch(host, target, published, patience)
    whole = len(host.requests)
    fetch(host, target, published, patience)
    assert target.read_bytes() == content
    assert [request.range for request in host.requests[whole:]] == [f"bytes={len(content)}-"]


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_refusal_is_final(host: FileHost, target: Path, patience: Patience, status: int) -> None:
    host.default = Answer(status=status, body=b"no")
    with pytest.raises(DownloadFailed, match=f"^answers {status} "):
        fetch(host, target, None, patience)
    assert len(host.requests) == 1
    assert left_beside(target) == []


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_server_error_is_retried(
    host: FileHost, target: Path, content: bytes, patience: Patience, status: int
) -> None:
    host.answers = [Answer(status=status, body=b"later")] * 3
    fetch(host, target, None, patience)
    assert target.read_bytes() == content


def test_a_silent_server_is_given_up(host: FileHost, target: Path) -> None:
    host.default = Answer(silence=1)
    with pytest.raises(DownloadFailed, match=r"the server fell silent, 2 times\."):
        fetch(host, target, None, Patience(attempts=2, backoff=0.01, read=0.2))
    assert left_beside(target) == []


def test_a_closed_port(target: Path, patience: Patience) -> None:
    with pytest.raises(DownloadFailed, match=r"^cannot connect"):
        download("http://127.0.0.1:9/small.h5", target, LARGEST, None, None, patience)


def test_no_address(target: Path, patience: Patience) -> None:
    with pytest.raises(DownloadFailed, match="is no"):
        download("ftp://127.0.0.1/small.h5", target, LARGEST, None, None, patience)


@pytest.mark.parametrize(
    ("body", "looks"), [(b"<!DOCTYPE html><html>Sign in</html>", "a web page"), (b"", "0 other")]
)
def test_a_page_that_pretends_to_be_the_file(
    host: FileHost, target: Path, patience: Patience, body: bytes, looks: str
) -> None:
    host.default = Answer(body=body)
    with pytest.raises(WeightsCorrupt, match=looks):
        fetch(host, target, None, patience)
    assert left_beside(target) == []


def test_a_length_that_is_too_short_is_detected(
    host: FileHost, target: Path, content: bytes, patience: Patience
) -> None:
    host.default = Answer(claim=len(content) - 1000)
    with pytest.raises(WeightsCorrupt, match="no complete HDF5"):
        fetch(host, target, None, patience)
    assert left_beside(target) == []


def test_a_length_that_is_too_long_never_gets_the_final_name(
    host: FileHost, target: Path, content: bytes, patience: Patience
) -> None:
    host.default = Answer(claim=len(content) + 1000, heeds_range=False)
    with pytest.raises(DownloadFailed, match="the connection broke"):
        fetch(host, target, None, patience)
    assert not target.exists()


def test_other_weights_are_detected_by_their_hash(
    host: FileHost, target: Path, other_content: bytes, published: PublishedWeights, patience: Patience
) -> None:
    host.default = Answer(body=other_content)
    with pytest.raises(WeightsCorrupt, match=f"not {published.hash} as it should be"):
        fetch(host, target, published, patience)
    assert left_beside(target) == []


def test_sha256_is_checked_too(host: FileHost, target: Path, content: bytes, patience: Patience) -> None:
    right = PublishedWeights("small.h5", host.url, hashlib.sha256(content).hexdigest())
    wrong = PublishedWeights("small.h5", host.url, hashlib.sha256(b"").hexdigest())
    with pytest.raises(WeightsCorrupt, match="its sha256 is"):
        fetch(host, target, wrong, patience)
    fetch(host, target, right, patience)
    assert target.read_bytes() == content


def test_too_little_space_is_an_error_before_it_is_used(
    host: FileHost, target: Path, patience: Patience, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(target.parent)._replace(free=1000)
    monkeypatch.setattr("paishi.models.weights.download.shutil.disk_usage", lambda _: usage)
    with pytest.raises(DownloadFailed, match=r"needs 0 MB but .* has 0 MB left"):
        fetch(host, target, None, patience)


def _in_another_process(url: str, target: Path, before: str = "") -> list[str]:
    code = (
        f"{before}\nfrom pathlib import Path\nfrom paishi.models.weights.download import download\n"
        f"download({url!r}, Path({str(target)!r}), {LARGEST})"
    )
    return [sys.executable, "-c", code]


def test_a_disk_that_refuses_is_one_clear_sentence(host: FileHost, target: Path) -> None:
    limit = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, {resource.RLIM_INFINITY}))"
    ended = subprocess.run(
        _in_another_process(f"{host.url}/small.h5", target, limit),
        capture_output=True,
        text=True,
        check=False,
    )
    assert f"DownloadFailed: {target} cannot be written: File too large." in ended.stderr
    assert not target.exists()


def test_a_killed_process_is_continued_by_the_next(
    host: FileHost, target: Path, content: bytes, published: PublishedWeights, patience: Patience
) -> None:
    host.answers = [Answer(pause=0.05)]
    process = subprocess.Popen(_in_another_process(f"{host.url}/small.h5", target))
    part = target.with_name("small.h5.part")
    until = time.monotonic() + 60
    while not (part.exists() and part.stat().st_size) and time.monotonic() < until:
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    received = part.stat().st_size
    assert 0 < received < len(content)
    fetch(host, target, published, patience)
    assert target.read_bytes() == content
    assert host.requests[-1].range == f"bytes={received}-"


def is_one_clear_sentence(host: FileHost, target: Path, patience: Patience, match: str) -> None:
    """And nothing stays of what cannot be right."""
    with pytest.raises(ModelError, match=match):
        fetch(host, target, None, patience)
    assert left_beside(target) == []


@pytest.mark.parametrize("framing", ["chunked", "until close"])
def test_what_never_ends_is_stopped_at_the_largest_size(
    host: FileHost, target: Path, patience: Patience, framing: Framing
) -> None:
    host.default = Answer(endless=framing)
    most: list[int] = []
    with pytest.raises(WeightsCorrupt, match=r"it is longer than 0 MB, which is the most that"):
        download(
            f"{host.url}/small.h5", target, LARGEST, None, lambda received, _: most.append(received), patience
        )
    assert 0 < max(most) <= LARGEST
    assert left_beside(target) == []
    assert len(host.requests) == 1


def test_a_length_beyond_the_largest_size_is_not_received(
    host: FileHost, target: Path, patience: Patience
) -> None:
    host.default = Answer(claim=10 * LARGEST)
    with pytest.raises(WeightsCorrupt, match="longer than"):
        download(f"{host.url}/small.h5", target, LARGEST, None, not_called, patience)
    assert left_beside(target) == []


def not_called(received: int, total: int | None) -> None:
    raise AssertionError("something was received")


def test_a_rest_beyond_the_largest_size_is_not_joined(
    host: FileHost, target: Path, content: bytes, patience: Patience
) -> None:
    """The whole is then asked for, once."""
    host.answers = [Answer(cut_after=100_000), Answer(endless="chunked")]
    fetch(host, target, None, patience)
    assert target.read_bytes() == content
    assert [request.range for request in host.requests] == [None, "bytes=100000-", None]
    target.unlink()
    host.answers, host.default = [Answer(cut_after=100_000)], Answer(endless="chunked")
    is_one_clear_sentence(host, target, patience, "longer than")


def test_a_compressed_body_is_not_received(host: FileHost, target: Path, patience: Patience) -> None:
    host.default = Answer(body=gzip.compress(bytes(50_000_000)), headers={"Content-Encoding": "gzip"})
    is_one_clear_sentence(host, target, patience, r"^sends the file compressed \(gzip\)")


def test_redirects_are_followed_and_their_bodies_not_read(
    host: FileHost, target: Path, content: bytes, patience: Patience
) -> None:
    to = {"Location": "/elsewhere.h5"}
    host.answers = [Answer(status=302, headers=to, endless="chunked")] * 3
    fetch(host, target, None, patience)
    assert target.read_bytes() == content
    assert [request.path for request in host.requests] == ["/small.h5", *["/elsewhere.h5"] * 3]


def test_redirects_that_never_end(host: FileHost, target: Path, patience: Patience) -> None:
    host.default = Answer(status=302, headers={"Location": "/small.h5"})
    is_one_clear_sentence(host, target, patience, r"^redirects more than 20 times\.")
    assert len(host.requests) == 20


def test_without_a_length_the_disk_is_not_filled(
    host: FileHost, target: Path, patience: Patience, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(target.parent)._replace(free=50_100_000)
    monkeypatch.setattr("paishi.models.weights.download.shutil.disk_usage", lambda _: usage)
    host.default = Answer(endless="chunked")
    is_one_clear_sentence(host, target, patience, "cannot be written: No space left on device")
