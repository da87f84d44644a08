from pathlib import Path

import pytest

from paishi.system.atomic_write import whole_folder
from paishi.training.errors import TrainingRefused
from paishi.training.model_folder import need_usable


def model(folder: Path, content: str = "old") -> Path:
    folder.mkdir()
    for name in ("model.keras", "labels.json", "card.json"):
        (folder / name).write_text(content)
    return folder


def test_the_folder_appears_when_it_is_whole(tmp_path: Path) -> None:
    target = model(tmp_path / "pets")
    with whole_folder(target, replace=True) as folder:
        (folder / "model.keras").write_text("new")
        assert (target / "model.keras").read_text() == "old"
    assert [file.name for file in target.iterdir()] == ["model.keras"]
    assert (target / "model.keras").read_text() == "new"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_what_fails_leaves_the_old_one(tmp_path: Path, error: BaseException) -> None:
    target = model(tmp_path / "pets")

    def fail() -> None:
        with whole_folder(target, replace=True) as folder:
            (folder / "model.keras").write_text("half")
            raise error

    with pytest.raises(type(error)):
        fail()
    assert (target / "model.keras").read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_model_can_be_replaced_and_nothing_else(tmp_path: Path) -> None:
    need_usable(tmp_path / "new")
    need_usable(model(tmp_path / "pets"))
    (tmp_path / "empty").mkdir()
    need_usable(tmp_path / "empty")
    with pytest.raises(TrainingRefused, match="has other files in it"):
        need_usable(tmp_path)
    with pytest.raises(TrainingRefused, match="is a file"):
        need_usable(tmp_path / "pets" / "card.json")
