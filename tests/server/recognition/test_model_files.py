"""A change of any file of a model shows, and nothing else does."""

from collections.abc import Callable
from pathlib import Path

import pytest

from paishi.recognition.model_files import state_of_files
from paishi.settings import Settings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "colours"
    folder.mkdir()
    (folder / "model.keras").write_text("no model")
    (folder / "labels.json").write_text("[]")
    return folder


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "model.keras").write_text("a model"),
        lambda folder: (folder / "labels.json").write_text('["ant", "bee"]'),
        lambda folder: (folder / "card.json").write_text("{}"),
        lambda folder: (folder / "labels.json").unlink(),
        lambda folder: (folder / "model.keras").chmod(0o640),
        lambda folder: folder.rename(folder.parent / "elsewhere"),
    ],
    ids=["model", "labels", "new", "gone", "rights", "folder"],
)
def test_a_custom_models_folder(folder: Path, change: Callable[[Path], object]) -> None:
    settings = Settings(model=str(folder))
    before = state_of_files(settings)
    (folder.parent / "beside").write_text("")
    assert state_of_files(settings) == before
    change(folder)
    assert state_of_files(settings) != before


def test_a_folder_that_appears(tmp_path: Path, folder: Path) -> None:
    settings = Settings(model=str(tmp_path / "later"))
    before = state_of_files(settings)
    folder.rename(tmp_path / "later")
    assert state_of_files(settings) != before


@pytest.mark.parametrize("source", ["imagenet", "own.h5"])
def test_weights(tmp_path: Path, source: str) -> None:
    weights = "imagenet" if source == "imagenet" else str(tmp_path / source)
    settings = Settings(model="MobileNet", weights=weights, KERAS_HOME=tmp_path)
    before = state_of_files(settings)
    file = tmp_path / "models" / "mobilenet_1_0_224_tf.h5" if weights == "imagenet" else tmp_path / source
    file.parent.mkdir(exist_ok=True)
    file.write_text("weights")
    after = state_of_files(settings)
    assert after != before
    file.write_text("others")
    assert state_of_files(settings) not in (before, after)


def test_calibration_photos_of_a_lower_precision(tmp_path: Path) -> None:
    lower, exact = (
        Settings(model="MobileNet", KERAS_HOME=tmp_path, calibration=str(tmp_path), precision=precision)
        for precision in ("int8", "fp32")
    )
    before = state_of_files(lower), state_of_files(exact)
    (tmp_path / "another.jpg").write_text("")
    assert (state_of_files(lower) != before[0], state_of_files(exact) != before[1]) == (True, False)


def test_settings_that_no_file_mends(tmp_path: Path) -> None:
    assert state_of_files(Settings(model="NoSuchModel", KERAS_HOME=tmp_path)) == ()
