"""Corrections: stored if the operator collects them, bounded, and exported as folders."""

import io
from pathlib import Path
from urllib.parse import quote

import pytest
from PIL import Image

from paishi.store.folder import Folder
from paishi.store.label import LONGEST_LABEL, safe_label
from tests.server.api.conftest import AppClient, started
from tests.server.api.test_image import with_gps
from tests.server.cli.command import assert_one_sentence, invoke
from tests.server.pictures import file_of, noise


def give(client: AppClient, label: str, photo: bytes | None = None) -> tuple[int, dict[str, object]]:
    photo = photo or file_of(noise(64, 48))
    answer = client.post("/corrections", files={"image": photo}, data={"label": label})
    return answer.status_code, answer.json()


def kept(folder: Path) -> list[str]:
    return sorted(str(file.parent.relative_to(folder)) for file in folder.rglob("*.jpg"))


def test_corrections_are_off_by_default(app_client: AppClient) -> None:
    status, body = give(app_client, "beagle")
    assert (status, body["code"], body["success"]) == (403, "corrections-off", False)


@pytest.mark.parametrize(
    ("label", "under"),
    [
        ("n02088364", "n02088364"),
        ("beagle", "n02088364"),
        ("比格犬", "n02088364"),
        ("Indian_elephant", "n02504013"),
        ("我家的猫", "我家的猫"),
        (" my   cat ", "my cat"),
        ("../../etc/passwd", "etc passwd"),
        ("a/b\\c\x00d", "a b c d"),
        ("..hidden", "hidden"),
        ("-rf", "rf"),
        ("__pycache__", "pycache"),
        ("CON", "CON_"),
        ("nul", "nul_"),
        ("com¹", "com¹_"),
        ("con artist", "con artist"),
    ],
)
def test_a_photo_is_kept_under_its_name(tmp_path: Path, label: str, under: str) -> None:
    with started(corrections=str(tmp_path / "given")) as client:
        status, body = give(client, label)
    assert (status, body["label"]) == (200, under)
    assert kept(tmp_path / "given") == [under]
    assert [path.name for path in tmp_path.iterdir()] == ["given"]


@pytest.mark.parametrize("value", [b"cat\xed\xa0\x80", b"\xed\xb0\x80cat\x00", b"\xffcat"])
@pytest.mark.parametrize("kind", ["multipart", "query"])
def test_bytes_that_are_no_text(tmp_path: Path, value: bytes, kind: str) -> None:
    """Half of a surrogate pair, and a NUL, as names of folders and in problems."""
    with started(corrections=str(tmp_path)) as client:
        if kind == "query":
            headers = {"Content-Type": "image/png"}
            address = f"/corrections?label={quote(value)}"
            answer = client.post(address, content=file_of(noise(64, 48)), headers=headers)
        else:
            head = b'--b\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n'
            photo = head % (b"image", b'; filename="x"') + file_of(noise(64, 48))
            body = head % (b"label", b"") + value + b"\r\n" + photo + b"\r\n--b--\r\n"
            headers = {"Content-Type": "multipart/form-data; boundary=b"}
            answer = client.post("/corrections", content=body, headers=headers)
        assert answer.status_code in (200, 422), answer.text
        for name in kept(tmp_path):
            assert "cat" in name
            assert name.isprintable()
    assert answer.json()["request_id"]


def test_stored_photos_have_no_metadata(tmp_path: Path) -> None:
    with started(corrections=str(tmp_path)) as client:
        give(client, "beagle", with_gps())
        give(client, "beagle", file_of(noise(3000, 2000)))
    files = [file.read_bytes() for file in (tmp_path / "n02088364").iterdir()]
    pictures = [Image.open(io.BytesIO(file)) for file in files]
    assert sorted(picture.size for picture in pictures) == [(32, 64), (1024, 683)]
    assert not any(picture.getexif() for picture in pictures)
    assert not any(b"PhoneMaker" in file for file in files)


@pytest.mark.parametrize("label", ["", "///", "\x00", "x" * 201])
def test_invalid_names_are_refused(tmp_path: Path, label: str) -> None:
    with started(corrections=str(tmp_path)) as client:
        status, body = give(client, label)
    assert status in (400, 422)
    assert body["success"] is False
    assert kept(tmp_path) == []


def test_a_missing_name_is_reported(tmp_path: Path) -> None:
    with started(corrections=str(tmp_path)) as client:
        without_name = client.post("/corrections", files={"image": file_of(noise())})
        without_both = client.post("/corrections")
    assert (without_name.status_code, without_name.json()["code"]) == (422, "request-invalid")
    assert "label" in without_name.json()["detail"]
    assert (without_both.status_code, without_both.json()["code"]) == (400, "image-missing")


def test_a_broken_photo_is_refused(tmp_path: Path) -> None:
    with started(corrections=str(tmp_path)) as client:
        assert give(client, "beagle", b"no photo")[0] == 415
    assert kept(tmp_path) == []


def test_a_full_store_keeps_what_it_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("paishi.store.corrections._RECOUNT_FULL_S", 0)
    with started(corrections=str(tmp_path), corrections_mb=0.05) as client:
        answers = [give(client, "beagle", file_of(noise(100, 100))) for _ in range(20)]
        full = [body for status, body in answers if status == 503]
        assert full
        assert full[0]["code"] == "corrections-full"
        assert [status for status, _ in answers] == sorted(status for status, _ in answers)
        size = sum(file.stat().st_size for file in tmp_path.rglob("*.jpg"))
        assert 0 < size <= 50_000
        next(tmp_path.rglob("*.jpg")).unlink()  # the operator makes room
        assert give(client, "beagle", file_of(noise(100, 100)))[0] == 200


def test_small_pictures_with_new_names_do_not_take_more_disk_than_the_bound(tmp_path: Path) -> None:
    with started(corrections=str(tmp_path), corrections_mb=0.1) as client:
        codes = [give(client, f"name {number}", file_of(noise(1, 1)))[0] for number in range(40)]
    assert {200, 503} == set(codes)
    assert sum(path.lstat().st_blocks * 512 for path in tmp_path.rglob("*")) <= 100_000


def test_a_full_store_is_not_listed_for_every_refusal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = []
    list_all = Folder.all
    monkeypatch.setattr(Folder, "all", lambda folder: listed.append(1) or list_all(folder))
    with started(corrections=str(tmp_path), corrections_mb=0.02) as client:
        codes = [give(client, "beagle")[0] for _ in range(20)]
    assert codes.count(503) > 10
    assert len(listed) == 1


def test_they_are_listed_exported_and_cleared(tmp_path: Path) -> None:
    given, target = tmp_path / "given", tmp_path / "training"
    with started(corrections=str(given)) as client:
        for label in ("beagle", "beagle", "我家的猫"):
            give(client, label)
    environment = {"PAISHI_CORRECTIONS": str(given), "PYTHONUTF8": "1"}
    listed = invoke("corrections", "list", **environment).stdout
    assert "n02088364" in listed
    assert "比格犬" in listed
    assert invoke("corrections", "export", str(target), **environment).stdout.startswith("3 photos")
    assert kept(target) == ["n02088364", "n02088364", "我家的猫"]
    for file in target.rglob("*.jpg"):
        Image.open(io.BytesIO(file.read_bytes())).load()
    assert invoke("corrections", "export", str(target), **environment).stdout.startswith("0 photos")
    assert invoke("corrections", "clear", **environment).returncode != 0  # nobody said yes
    assert len(kept(given)) == 3
    assert invoke("corrections", "clear", "--yes", **environment).stdout.startswith("3 photos")
    assert kept(given) == []
    assert len(kept(target)) == 3


def test_the_command_without_a_store() -> None:
    assert_one_sentence(invoke("corrections", "list", PAISHI_CORRECTIONS=""))


@pytest.mark.parametrize("command", [["list"], ["export", "target"], ["clear", "--yes"]])
def test_the_command_without_the_folder(tmp_path: Path, command: list[str]) -> None:
    """A misspelt folder is not an empty one."""
    done = invoke("corrections", *command, PAISHI_CORRECTIONS=str(tmp_path / "nosuch"))
    assert_one_sentence(done, 1)
    assert "nosuch" in done.stderr
    assert done.stdout == ""
    (tmp_path / "empty").mkdir()
    assert invoke("corrections", "list", PAISHI_CORRECTIONS=str(tmp_path / "empty")).returncode == 0


def test_names_fit_a_file_system() -> None:
    for text in ("猫" * 300, "𠜎" * 300, "x " * 300):
        label = safe_label(text)
        assert len(label) <= LONGEST_LABEL
        assert len(label.encode()) <= 255
        assert label == label.strip()
