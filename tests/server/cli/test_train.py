"""`paishi train` and `paishi evaluate`: real photos from a folder to a served model."""

import errno
import json
import logging
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from paishi.cli.train import _reporting
from tests.server.cli.command import assert_one_sentence, invoke, run
from tests.server.conftest import need_shared
from tests.server.training.photo_folders import colour_folder


@pytest.fixture(scope="module")
def photos() -> Path:
    return need_shared("photos", "ants_bees")


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return {"PAISHI_CACHE": str(tmp_path_factory.mktemp("cache"))}


@pytest.fixture(scope="module")
def trained(
    photos: Path, cache: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """On EfficientNet-Lite0, from the command line: killed in the middle, and resumed."""
    folder = tmp_path_factory.mktemp("models") / "ants and 蜜蜂"
    command = ["train", str(photos), "--to", str(folder), "--epochs", "20"]
    with subprocess.Popen(
        [sys.executable, "-m", "paishi", *command], env={**os.environ, **cache}, stdout=subprocess.PIPE
    ) as killed:
        assert killed.stdout
        while b"head 3/" not in killed.stdout.readline():
            assert killed.poll() is None
        killed.kill()
    assert not folder.exists()
    done = run(*command, "--resume", **cache)
    assert done.returncode == 0, done.stderr
    return folder, done


def card(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    return found


def test_a_folder_of_photos_becomes_a_model(
    trained: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    folder, done = trained
    assert sorted(file.name for file in folder.iterdir()) == [
        "card.json",
        "history.json",
        "labels.json",
        "model.keras",
        "report-confusion.png",
        "report-curves.png",
        "report-reliability.png",
        "report.html",
    ]
    assert list(folder.parent.iterdir()) == [folder]  # neither checkpoints nor scratch files
    made = card(folder)
    assert made["training"]["accuracy"]["share"] >= 0.93
    assert made["training"]["photos"] == {
        "train": 60, "val": 40, "unreadable": 0, "copies": 0, "series": 0, "leaks": 0,
    }  # fmt: skip
    assert made["confidence"]["right"] >= 95
    assert json.loads((folder / "labels.json").read_text())[0] == {
        "id": "ants", "label": "ants", "name": {"en": "ants", "zh": "ants"},
    }  # fmt: skip
    assert len(json.loads((folder / "history.json").read_text())["head"]) == 20
    assert "head 20/20" in done.stdout
    assert "head 2/20" not in done.stdout
    assert f"PAISHI_MODEL={folder} paishi serve" in done.stdout.splitlines()[-1]


def test_the_server_serves_it_as_it_was_measured(
    trained: tuple[Path, subprocess.CompletedProcess[str]],
    photos: Path,
    cache: dict[str, str],
    tmp_path: Path,
) -> None:
    """And every photo of the validation part gets the name that the training said."""
    folder, _ = trained
    done = invoke(
        "evaluate", str(folder), str(photos), "--json", "--report", str(tmp_path / "r.html"), "--at-least",
        "0.93", **cache,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["photos"] == 40
    assert found["accuracy"]["share"] == card(folder)["training"]["accuracy"]["share"]
    assert len(found["wrong"]) == found["accuracy"]["of"] - found["accuracy"]["right"]
    assert (tmp_path / "r.html").stat().st_size > 100_000
    assert (tmp_path / "r-confusion.png").exists()


def test_too_few_right_names_end_with_one(
    trained: tuple[Path, subprocess.CompletedProcess[str]], photos: Path, cache: dict[str, str]
) -> None:
    done = invoke("evaluate", str(trained[0]), str(photos), "--at-least", "1", **cache)
    assert_one_sentence(done, 1)
    assert "is less than --at-least 100 %" in done.stderr
    assert "bees" in done.stdout


def test_a_folder_that_the_model_does_not_know_is_refused(
    trained: tuple[Path, subprocess.CompletedProcess[str]], cache: dict[str, str], tmp_path: Path
) -> None:
    (colour_folder(tmp_path / "photos", count=1) / "red").rename(tmp_path / "photos" / "bee")
    done = invoke("evaluate", str(trained[0]), str(tmp_path / "photos"), **cache)
    assert_one_sentence(done)
    assert "no class, or several, of these names: bee (perhaps bees?), green" in done.stderr


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--head", "xceptoin"], "There is no head 'xceptoin'. Did you mean xception?"),
        (["--model", "EficientNetB0"], "EfficientNetB0"),
        (["--model", "PPLCNetV2_base"], "is a model of Paddle, which Keras cannot train"),
        (["--to", "{photos}"], "has other files in it"),
    ],
)
def test_a_mistake_ends_the_program_with_one_sentence(
    options: list[str], complaint: str, tmp_path: Path
) -> None:
    folder = colour_folder(tmp_path / "photos", count=5)
    given = [option.format(photos=folder) for option in options]
    done = invoke("train", str(folder), *([] if "--to" in given else ["--to", str(tmp_path / "m")]), *given)
    assert_one_sentence(done)
    assert complaint in done.stderr


def test_one_class_is_refused_before_keras_is_loaded(tmp_path: Path) -> None:
    done = invoke("train", str(colour_folder(tmp_path / "p", ["red"])), "--to", str(tmp_path / "m"))
    assert_one_sentence(done)
    assert "has 1 class: it needs 2 folders" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["alexnett"], "There is no entry 'alexnett'. Did you mean alexnet or unet?"),
        (["unet"], "it is for segmentation: paishi gallery train unet."),
        (["lstm_text"], "it is for text: paishi gallery train lstm_text."),
        (["reshape"], "it is for layers: paishi gallery show reshape."),
        (["cnn", "--head", "xception", "--fine-tune"], "--head and --fine-tune cannot go with --network cnn"),
        (["cnn", "--weights", "random"], "--weights cannot go with --network cnn"),
    ],
)
def test_what_photos_cannot_train_from_scratch_is_refused_before_keras_is_loaded(
    arguments: list[str], complaint: str, tmp_path: Path
) -> None:
    done = invoke("train", str(tmp_path), "--to", str(tmp_path / "m"), "--network", *arguments)
    assert_one_sentence(done)
    assert complaint in done.stderr


@pytest.mark.filterwarnings("ignore:__array__ implementation")
@pytest.mark.parametrize(
    ("key", "says"), [("cnn", "Serve it: PAISHI_MODEL="), ("rnn", "PAISHI_RUNTIME=tensorflow ")]
)
def test_a_model_of_the_gallery_is_trained_from_scratch_and_served(
    key: str, says: str, cache: dict[str, str], tmp_path: Path
) -> None:
    """By TensorFlow where OpenVINO lacks a recurrent layer."""
    photos, folder = colour_folder(tmp_path / "photos"), tmp_path / "model"
    size = [] if key == "cnn" else ["--size", "16"]
    done = invoke(
        "train", str(photos), "--to", str(folder), "--network", key, *size, "--epochs", "2", **cache
    )
    assert done.returncode == 0, done.stderr
    assert "training 2/2" in done.stdout
    assert says in done.stdout.splitlines()[-1]
    assert logging.getLogger().level == logging.WARNING  # OpenVINO leaves another after a refusal
    made = card(folder)
    assert made["description"].startswith(f"{key} trained from scratch on 12 photos of 2 classes; ")
    assert (made["training"]["model"], made["training"]["weights"], made["training"]["head"]) == (
        *(key, "random", None),
    )


def test_fine_tuning_needs_no_value(tmp_path: Path) -> None:
    for arguments in (["--fine-tune"], ["--fine-tune", "--epochs", "1"], ["--fine-tune", "249:"]):
        done = invoke("train", str(tmp_path / "nowhere"), "--to", str(tmp_path / "m"), *arguments)
        assert_one_sentence(done)
        assert "there is no such folder" in done.stderr


def test_the_photos_may_follow_fine_tuning_without_a_value(tmp_path: Path) -> None:
    photos = colour_folder(tmp_path / "photos", ["red"])
    for place in (str(photos), str(tmp_path / "nowhere")):
        done = invoke("train", "--fine-tune", place, "--to", str(tmp_path / "m"))
        assert_one_sentence(done)
        assert place in done.stderr


def test_ctrl_c_ends_early_once_there_is_something_to_keep() -> None:
    before = signal.getsignal(signal.SIGINT)  # ignored where the tests run in the background
    with _reporting() as reporter:
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        reporter.on_step("head", 0.1)
        signal.raise_signal(signal.SIGINT)
        assert reporter.stop
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


def test_a_full_disk_ends_with_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("paishi.training.run.train", full)
    done = invoke("train", str(tmp_path), "--to", str(tmp_path / "m"))
    assert_one_sentence(done, 1)
    assert "The disk is full" in done.stderr
