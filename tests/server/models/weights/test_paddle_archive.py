"""Models of PaddleClas: the tar from a real HTTP server, hostile ones, and the hash that is held."""

import hashlib
import io
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from paishi.models.backbone import Backbone, PaddleArchive, Preprocessing
from paishi.models.catalogue import CATALOGUE, find_backbone
from paishi.models.errors import WeightsCorrupt, WeightsUnavailable
from paishi.models.weights.download import Patience
from paishi.models.weights.find import find_weights
from paishi.models.weights.integrity import check_file, held
from paishi.models.weights.paddle_archive import check_archive, extract_model
from tests.server.models.file_host import Answer, FileHost, host_file
from tests.server.models.graph_models import FIXTURES

MODEL = (FIXTURES / "paddle_relu_head" / "inference.pdmodel").read_bytes()
PARAMS = (FIXTURES / "paddle_relu_head" / "inference.pdiparams").read_bytes()
FILES = {"Small_infer/inference.pdiparams": PARAMS, "Small_infer/inference.pdmodel": MODEL}


def member(name: str, size: int = 0, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.type, info.linkname = size, kind, link
    return info


def tar(files: dict[str, bytes], *others: tarfile.TarInfo, form: int = tarfile.GNU_FORMAT) -> bytes:
    """A tar as PaddleClas publishes them, with `others` that have no bytes."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=form) as archive:
        archive.addfile(member("Small_infer", kind=tarfile.DIRTYPE))
        for info in others:
            archive.addfile(info)
        for name, content in files.items():
            archive.addfile(member(name, len(content)), io.BytesIO(content))
    return stream.getvalue()


@pytest.fixture
def content() -> bytes:
    return tar(FILES)


@pytest.fixture
def archive_host(content: bytes) -> Iterator[FileHost]:
    with host_file(content) as host:
        yield host


@pytest.fixture
def paddle(archive_host: FileHost) -> Backbone:
    weights = PaddleArchive("Small_infer.tar", f"{archive_host.url}/inference/Small_infer.tar")
    return Backbone("Small", "", 16, 200, 70.0, None, 0.01, Preprocessing.TORCH, weights)


@pytest.fixture
def find(paddle: Backbone, home: Path, patience: Patience) -> Callable[[], Path]:
    return lambda: find_weights(paddle, "imagenet", home, patience=replace(patience, wrong=0))


@pytest.mark.parametrize("form", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT, tarfile.USTAR_FORMAT])
@pytest.mark.parametrize("folder", ["Small_infer/", "./Small_infer/", "", "./"])
def test_the_two_files_are_copied_whatever_else_is_in_it(folder: str, form: int, tmp_path: Path) -> None:
    files = {f"{folder}inference.pdiparams.info": b"info", f"{folder}notes.txt": b"notes"}
    files |= {f"{folder}inference.pdmodel": MODEL, f"{folder}inference.pdiparams": PARAMS}
    (tmp_path / "a.tar").write_bytes(tar(files, form=form))
    check_archive(tmp_path / "a.tar")
    (tmp_path / "out").mkdir()
    assert extract_model(tmp_path / "a.tar", tmp_path / "out").read_bytes() == MODEL
    assert (tmp_path / "out" / "inference.pdiparams").read_bytes() == PARAMS
    assert len(list((tmp_path / "out").iterdir())) == 2


def with_size(claimed: int) -> bytes:
    """A tar whose model claims another size than it has."""
    whole = bytearray(tar({"inference.pdiparams": PARAMS, "inference.pdmodel": MODEL}))
    at = whole.index(b"inference.pdmodel")
    header = tarfile.TarInfo.frombuf(bytes(whole[at : at + 512]), "utf-8", "surrogateescape")
    header.size = claimed
    whole[at : at + 512] = header.tobuf(tarfile.GNU_FORMAT)
    return bytes(whole)


LINK = member("inference.pdmodel", kind=tarfile.SYMTYPE, link="/etc/passwd")
ONE = {"inference.pdiparams": PARAMS}


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "it is no tar"),
        (b"<!doctype html>" * 100, "it is no tar"),
        (tar(FILES)[: len(tar(FILES)) // 3], "cut off"),
        (tar({"inference.pdmodel": MODEL}), r"it has no inference\.pdiparams"),
        (tar({}), r"it has no inference\.pdmodel and no inference\.pdiparams"),
        (tar({**ONE, "../inference.pdmodel": MODEL}), r"it has no inference\.pdmodel"),
        (tar({**ONE, "../../a/inference.pdmodel": MODEL}), r"it has no inference\.pdmodel"),
        (tar({**ONE, "/inference.pdmodel": MODEL}), r"it has no inference\.pdmodel"),
        (tar({**ONE, "a/../inference.pdmodel": MODEL}), r"it has no inference\.pdmodel"),
        (tar({**ONE, "a/b/inference.pdmodel": MODEL}), r"it has no inference\.pdmodel"),
        (tar({**FILES, "other/inference.pdmodel": MODEL}), r"it has inference\.pdmodel twice"),
        (tar(ONE, LINK), r"its inference\.pdmodel is no ordinary file"),
        (tar(ONE, member("inference.pdmodel", kind=tarfile.LNKTYPE, link="x")), "no ordinary file"),
        (tar(ONE, member("inference.pdmodel", kind=tarfile.CHRTYPE)), "no ordinary file"),
        (tar(ONE, member("inference.pdmodel", kind=tarfile.FIFOTYPE)), "no ordinary file"),
        (tar(ONE, member("inference.pdmodel", kind=tarfile.DIRTYPE)), "no ordinary file"),
        (tar(ONE, member("inference.pdmodel", kind=tarfile.GNUTYPE_SPARSE)), "no ordinary file|cut off"),
        (tar({**ONE, "inference.pdmodel": b""}), "is cut off or empty"),
        (with_size(10**12), "is cut off or empty"),
        (with_size(-1), "cut off"),
        (tar({f"{number}.txt": b"" for number in range(100)} | FILES), r"it has no inference\.pdmodel"),
    ],
)
def test_hostile_ones_are_refused(content: bytes, complaint: str, tmp_path: Path) -> None:
    (tmp_path / "a.tar").write_bytes(content)
    (tmp_path / "out").mkdir()
    for use in (
        lambda: check_archive(tmp_path / "a.tar"),
        lambda: extract_model(tmp_path / "a.tar", tmp_path / "out"),
    ):
        with pytest.raises(WeightsCorrupt, match=complaint):
            use()
    assert not list((tmp_path / "out").iterdir())


def test_a_compressed_one_is_refused(tmp_path: Path) -> None:
    """A few kilobytes of it could be gigabytes."""
    with tarfile.open(tmp_path / "a.tar", "w:gz") as archive:
        archive.addfile(member("inference.pdmodel", 100_000_000), io.BytesIO(bytes(100_000_000)))
    with pytest.raises(WeightsCorrupt, match="it is no tar"):
        check_archive(tmp_path / "a.tar")


def test_the_first_download_notes_its_hash_and_says_it(
    find: Callable[[], Path], archive_host: FileHost, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    digest = hashlib.sha256(content).hexdigest()
    file = find()
    assert file.read_bytes() == content
    assert file.with_name("Small_infer.tar.sha256").read_text() == f"{digest}  Small_infer.tar\n"
    assert f"no hash is published; sha256 {digest} is expected from now on" in caplog.text
    assert find() == file
    assert len(archive_host.requests) == 1


def test_a_broken_download_is_resumed(
    find: Callable[[], Path], archive_host: FileHost, content: bytes
) -> None:
    archive_host.answers = [Answer(cut_after=3000)]
    assert find().read_bytes() == content
    assert [request.range for request in archive_host.requests] == [None, "bytes=3000-"]


def test_another_file_is_refused_from_then_on(
    find: Callable[[], Path], archive_host: FileHost, paddle: Backbone
) -> None:
    file = find()
    other = tar({**FILES, "Small_infer/inference.pdiparams": PARAMS[::-1]})
    file.write_bytes(other)
    first = hashlib.sha256(tar(FILES)).hexdigest()
    with pytest.raises(WeightsCorrupt, match=f"not {first} as it should be"):
        check_file(file, held(paddle.weights, file))
    archive_host.content = other
    with pytest.raises(WeightsUnavailable, match=f"not {first} as it should be"):
        find()
    archive_host.content = tar(FILES)
    assert find().read_bytes() == tar(FILES)


@pytest.mark.parametrize("framing", ["chunked", "until close", None])
def test_an_oversized_one_is_stopped(
    framing: str | None, find: Callable[[], Path], archive_host: FileHost, home: Path
) -> None:
    archive_host.default = Answer(endless=framing) if framing else Answer(claim=10**12)  # type: ignore[arg-type]
    with pytest.raises(
        WeightsUnavailable, match="longer than 4 MB, which is the most that the file can have"
    ):
        find()
    assert [file.name for file in (home / "models").iterdir()] == ["Small_infer.tar.lock"]


def test_a_mirror_is_asked_first_and_the_publisher_only_if_allowed(
    paddle: Backbone, archive_host: FileHost, home: Path, patience: Patience
) -> None:
    find_weights(paddle, "imagenet", home, [f"{archive_host.url}/mirror"], patience=patience)
    assert [request.path for request in archive_host.requests] == ["/mirror/Small_infer.tar"]
    with pytest.raises(WeightsUnavailable, match="PAISHI_WEIGHTS_SOURCES allows no address of it"):
        find_weights(paddle, "imagenet", home / "other", places=["keras", "github"], patience=patience)
    find_weights(paddle, "imagenet", home / "other", places=["paddleclas"], patience=patience)
    assert archive_host.requests[-1].path == "/inference/Small_infer.tar"


def test_a_file_or_an_address_may_be_named(
    paddle: Backbone, archive_host: FileHost, home: Path, tmp_path: Path, content: bytes, patience: Patience
) -> None:
    (tmp_path / "mine.tar").write_bytes(content)
    assert find_weights(paddle, str(tmp_path / "mine.tar"), home) == tmp_path / "mine.tar"
    found = find_weights(paddle, f"{archive_host.url}/mine.tar", home, patience=patience)
    assert found.read_bytes() == content
    with pytest.raises(WeightsUnavailable, match=r"its name must end in \.tar\."):
        find_weights(paddle, str(FIXTURES / "make.py"), home)
    archive_host.content = b"<!doctype html>"
    with pytest.raises(WeightsUnavailable, match="it is no tar"):
        find_weights(paddle, f"{archive_host.url}/page.tar", home, patience=patience)


def test_the_family_is_that_of_paddleclas() -> None:
    family = [backbone for backbone in CATALOGUE.values() if isinstance(backbone.weights, PaddleArchive)]
    names = [f"PPHGNetV2_B{number}" for number in range(7)] + ["PPLCNetV2_base", "MobileNetV3_large_ssld"]
    assert [backbone.name for backbone in family] == names
    for backbone in family:
        assert backbone.publisher.note == "address as published by PaddleClas; not fetched by the authors"
        assert backbone.largest_download > 4 * backbone.parameters
    b4 = find_backbone("pphgnetv2_b4").weights
    assert isinstance(b4, PaddleArchive)
    assert b4.url == (
        "https://paddle-imagenet-models-name.bj.bcebos.com/dygraph/inference/PPHGNetV2_B4_ssld_infer.tar"
    )
