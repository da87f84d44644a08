"""`paishi teach`: the store of taught things by the command line, with the embedded model."""

import json
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.server.cli.command import assert_one_sentence, invoke, run
from tests.server.teaching.teachable import picture


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders of photos of two things, of one alone, and of others; and a store."""
    place = tmp_path_factory.mktemp("teach")
    for number, name in enumerate(("外婆的茶壶", "cup")):
        (place / "things" / name).mkdir(parents=True)
        for view in range(3):
            picture(number, view, 256).save(place / "things" / name / f"{view}.png")
    (place / "others").mkdir()
    for number in range(2, 8):
        picture(number, 0, 256).save(place / "others" / f"{number}.png")
    (place / "others" / "broken.png").write_bytes(b"no photo")
    return place


def teach(place: Path, *arguments: str, in_process: bool = True) -> CompletedProcess[str]:
    environment = {
        "PAISHI_TAUGHT": str(place / "taught"),
        "PAISHI_MODEL": "EfficientNetLite0",
        "KERAS_HOME": str(place / "keras"),
        "PYTHONUTF8": "1",
        "PYTHONIOENCODING": "utf-8",
    }
    return (invoke if in_process else run)("teach", *arguments, **environment)


@pytest.fixture(scope="module")
def taught(place: Path) -> CompletedProcess[str]:
    done = teach(place, "add", "--force", str(place / "things"), in_process=False)
    assert done.returncode == 0, done.stderr
    return done


def test_a_folder_of_folders_is_taught_at_once(place: Path, taught: CompletedProcess[str]) -> None:
    assert "外婆的茶壶: 3 photos" in taught.stdout
    assert "cup: 3 photos" in taught.stdout
    listed = teach(place, "list").stdout
    assert "外婆的茶壶" in listed
    assert "cup" in listed
    assert "common" in teach(place, "list", "--all").stdout
    assert teach(place, "list", "--owner", "a" * 32).stdout.strip() == "nothing is taught"


def test_what_is_taught_already_is_left_out(place: Path, taught: CompletedProcess[str]) -> None:
    again = teach(place, "add", "--force", str(place / "things" / "cup"), in_process=False)
    assert again.returncode == 1
    assert "cup has this photo already" in again.stderr
    assert "3 of 3 photos were left out" in again.stderr


def test_export_and_import(place: Path, taught: CompletedProcess[str]) -> None:
    target = place / "exported"
    assert teach(place, "export", str(target)).stdout.startswith("6 photos copied")
    assert teach(place, "export", str(target)).stdout.startswith("0 photos copied")
    labels = json.loads((target / "labels.json").read_text("utf-8"))
    assert labels == {"外婆的茶壶": "外婆的茶壶", "cup": "cup"}
    assert sorted(len(list((target / name).iterdir())) for name in labels) == [3, 3]
    (target / "cup").rename(target / "folder")
    (target / "labels.json").write_text(json.dumps({"外婆的茶壶": "teapot", "folder": "a/b?"}))
    done = teach(place, "import", str(target), "--owner", "b" * 32, in_process=False)
    assert done.returncode == 0, done.stderr
    listed = teach(place, "list", "--owner", "b" * 32).stdout
    assert "teapot" in listed
    assert "a/b?" in listed
    again = place / "again"
    teach(place, "export", str(again), "--owner", "b" * 32)
    assert json.loads((again / "labels.json").read_text("utf-8")) == {"a b": "a/b?", "teapot": "teapot"}


def test_check_counts_what_is_taken_for_a_taught_thing(place: Path, taught: CompletedProcess[str]) -> None:
    done = teach(place, "check", str(place / "others"), in_process=False)
    assert done.returncode == 0, done.stderr
    assert "of 6 photos" in done.stdout
    assert "would be taken for one of 2 things" in done.stdout
    assert "The threshold of" in done.stdout
    assert "Of 6 taught photos" in done.stdout
    assert "broken.png" in done.stderr


def test_forget(place: Path, taught: CompletedProcess[str]) -> None:
    owner = "c" * 32
    added = teach(
        place, "add", str(place / "things" / "cup"), "--name", "mug", "--owner", owner, in_process=False
    )
    assert "mug: 3 photos" in added.stdout
    assert teach(place, "forget", "mug", "--owner", owner).returncode != 0  # nobody said yes
    assert_one_sentence(teach(place, "forget", "pan", "--yes", "--owner", owner), 1)
    assert_one_sentence(teach(place, "forget", "--owner", owner))
    assert "mug" in teach(place, "list", "--owner", owner).stdout
    assert teach(place, "forget", "mug", "--yes", "--owner", owner).returncode == 0
    assert teach(place, "list", "--owner", owner).stdout.strip() == "nothing is taught"
    assert (place / "taught" / owner).exists()  # to be undone
    assert teach(place, "forget", "--all", "--yes", "--owner", owner).returncode == 0
    assert not (place / "taught" / owner).exists()


@pytest.mark.parametrize(
    "command",
    [
        ["add", "nosuch"],
        ["list", "--owner", "../x"],
        ["check", "nosuch"],
        ["import", "nosuch"],
    ],
)
def test_a_mistake_is_one_sentence(place: Path, command: list[str]) -> None:
    done = teach(place, *command)
    assert done.returncode in (1, 2)
    assert_one_sentence(done, done.returncode)
